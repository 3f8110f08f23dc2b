import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, Unreachable } from "../../../static/server/api.js";
import { HEARTBEAT_MS, IDLE_MS, startHeartbeat } from "../../../static/server/lease_heartbeat.js";

test("the heartbeat renews what is held and tells when it went to somebody else", async () => {
  const renewed = [];
  const lost = [];
  let every = 0;
  const api = {
    async renewLease(id) {
      renewed.push(id);
      if (id === 2) throw new ApiError(423, { detail: "mona works here.", holder: "mona" });
      if (id === 3) throw new Unreachable("gone");
      return {};
    },
    async releaseLease() {},
  };
  let idleMs = 0;
  const heartbeat = startHeartbeat({
    api,
    idleMs: () => idleMs,
    lost: (id, error) => lost.push([id, error.body.holder]),
    every: (_, ms = 0) => (every = ms),
    stopEvery() {},
  });
  for (const id of [1, 2, 3]) heartbeat.hold(id);
  await heartbeat.beat();
  await heartbeat.beat();
  assert.equal(every, HEARTBEAT_MS);
  assert.deepEqual(renewed, [1, 2, 3, 1, 3]);
  assert.deepEqual(lost, [[2, "mona"]]);
  idleMs = 2 * IDLE_MS;
  await heartbeat.beat();
  assert.equal(renewed.length, 5, "somebody who has gone renews nothing");
});
