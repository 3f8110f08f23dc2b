import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreachable } from "../../../static/server/api.js";
import { createQueue } from "../../../static/server/image_queue.js";

/** @param {(number | Error)[]} claims @param {{ahead?: number, open?: number}} options */
function makeQueue(claims, { ahead = 2, open } = {}) {
  const asked = [];
  const held = [];
  const released = [];
  const queue = createQueue({
    async claim(exclude) {
      asked.push(exclude);
      const next = claims.shift();
      if (next instanceof Error) throw next;
      return /** @type {any} */ (next ? { image: { id: next } } : null);
    },
    load: async (image) => /** @type {any} */ (`picture ${image.id}`),
    hold: (id) => held.push(id),
    release: (id) => released.push(id),
    open: () => open,
    isExpected: (error) => error instanceof Unreachable,
    ahead,
  });
  return { queue, asked, held, released };
}

test("images are claimed ahead and their pictures are ready when they are taken", async () => {
  const { queue, held } = makeQueue([1, 2, 3, 4]);
  assert.equal(queue.take(), null);
  await queue.fill();
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(queue.length(), 2);
  assert.equal(queue.take()?.ready, "picture 1");
  await Promise.all([queue.fill(), queue.fill()]);
  assert.equal(queue.length(), 2, "two fills at once claim once");
  assert.deepEqual(held, [1, 2, 3]);
});

test("an empty queue ends, and a failed claim ahead is tried again when it is needed", async () => {
  const { queue } = makeQueue([new Unreachable("gone"), 7]);
  await queue.fill();
  assert.equal((await queue.next())?.claimed.image.id, 7);
  assert.equal(await queue.next(), null);
});

test("what is on the page already is not claimed again, though its lease may have ended", async () => {
  const { queue, asked } = makeQueue([1, 2], { open: 5 });
  await queue.fill();
  assert.deepEqual(asked, [[5], [1, 5]]);
});

test("what was skipped is not offered again, and what was lost is not opened", async () => {
  const { queue, asked } = makeQueue([1, 2]);
  queue.skip(9);
  await queue.fill();
  assert.deepEqual(asked[0], [9]);
  queue.lose(1);
  assert.equal(queue.take()?.claimed.image.id, 2);
});

test("an image that is skipped while it is being claimed is given back", async () => {
  const { queue, released } = makeQueue([1, 2], { ahead: 1 });
  const filled = queue.fill();
  queue.skip(1);
  await filled;
  assert.deepEqual(released, [1]);
  assert.equal(queue.take()?.claimed.image.id, 2);
});
