// @ts-check
// The scripted clients of a fault run: reads its settings from the first argument, asks on standard output
// for the server to be restarted, and ends with the log of what every person meant.
import { Disk } from "../../tests/js/fakestorage.js";
import { createClient } from "./client.js";
import { Cookies, createRandom, sleep } from "./network.js";

const settings = JSON.parse(process.argv[2]);
const { root, images, accounts, seed, operations, clients: number, restarts } = settings;
const random = createRandom(seed);
const counts = /** @type {Record<string, number>} */ ({});
const log = /** @type {any[]} */ ([]);
let calm = true;
let done = 0;

const tell = (/** @type {any} */ message) => process.stdout.write(`${JSON.stringify(message)}\n`);
/** @type {(() => void)[]} */
const waiting = [];
let heard = "";
process.stdin.on("data", (chunk) => {
  heard += chunk;
  while (heard.includes("\n")) {
    heard = heard.slice(heard.indexOf("\n") + 1);
    waiting.shift()?.();
  }
});

async function restart() {
  counts["server restarts"] = (counts["server restarts"] ?? 0) + 1;
  tell({ ask: "restart" });
  await new Promise((resolve) => waiting.push(() => resolve(undefined)));
}

const tabs = new Set();
const jars = accounts.map(() => new Cookies());
const disks = accounts.map(() => new Disk());
const world = { root, images, log, counts, tabs, isCalm: () => calm };
const clients = Array.from({ length: number }, (_, index) => {
  // The last client is the first person's second page: same cookies, same disk.
  const who = index % accounts.length;
  const otherSession = () => jars[(who + 1) % jars.length].find("session");
  const person = { account: accounts[who], cookies: jars[who], disk: disks[who], random: createRandom(seed * 1000 + index) };
  return createClient({ ...world, otherSession }, person);
});

for (const client of clients) await client.signIn();
calm = false;
const share = Math.ceil(operations / clients.length);
const restartAt = Array.from({ length: restarts }, (_, index) => Math.floor(((index + 1) * operations) / (restarts + 1)));

async function work(/** @type {ReturnType<typeof createClient>} */ client, /** @type {() => number} */ dice) {
  for (let made = 0; made < share; ) {
    if (await client.step()) {
      made += 1;
      done += 1;
      if (done % 500 === 0) tell({ done });
    }
    await sleep(dice() * settings.pause);
  }
}

async function restartNowAndThen() {
  for (const at of restartAt) {
    while (done < at) await sleep(20);
    await restart();
  }
}

await Promise.all([restartNowAndThen(), ...clients.map((client, index) => work(client, createRandom(seed + index)))]);
calm = true;
// What is still on its way arrives, late as it is.
await sleep(4000);
let settled = false;
for (let round = 0; round < 40 && !settled; round += 1) {
  settled = true;
  for (const client of clients) settled = (await client.settle()) && settled;
}
const views = [];
for (const client of clients) await client.view();
for (const client of clients) views.push({ client: client.name, ...(await client.view()) });
const result = { settled, states: clients.map((client) => client.state()), counts, log, views, done };
process.stdout.write(`${JSON.stringify({ result })}\n`, () => process.exit(0));
