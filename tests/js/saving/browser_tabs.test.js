import assert from "node:assert/strict";
import { test } from "node:test";
import { createBrowserTabs } from "../../../static/saving/browser_tabs.js";

test("pages find out who is open by locks, or by calling", async () => {
  const held = [];
  const locks = { request: async (name) => held.push({ name }), query: async () => ({ held }) };
  createBrowserTabs({ id: "one", locks, channel: null });
  const second = createBrowserTabs({ id: "two", locks, channel: null });
  assert.deepEqual([...(await second.findOpen(["one", "three"]))], ["one"]);

  const channels = [];
  const makeChannel = () => {
    const channel = { onmessage: null, postMessage: (data) => channels.forEach((other) => other !== channel && other.onmessage?.({ data })) };
    channels.push(channel);
    return channel;
  };
  createBrowserTabs({ id: "one", locks: undefined, channel: makeChannel() });
  const caller = createBrowserTabs({ id: "two", locks: undefined, channel: makeChannel() });
  assert.deepEqual([...(await caller.findOpen(["one", "three"]))], ["one"]);
});
