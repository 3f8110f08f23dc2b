// @ts-check
// One scripted person at one page: the label page's own modules, without its picture. Everything that the
// person means is written into a log, from which the model knows what must be there in the end.
import { ApiError, Unreachable, createApi } from "../../static/server/api.js";
import { makeBox, makeId } from "../../static/boxes/boxes.js";
import { createOutbox } from "../../static/saving/outbox.js";
import { createHistory } from "../../static/boxes/history.js";
import { createUnsentStorage } from "../../static/saving/unsent_storage.js";
import { choicesOf } from "../../static/boxes/merge.js";
import { createSaver } from "../../static/saving/saver.js";
import { openBrowserStorage } from "../../static/saving/browser_storage.js";
import { createStore } from "../../static/boxes/store.js";
import { fakeIndexedDB } from "../../tests/js/fakestorage.js";
import { createFetch, sleep } from "./network.js";

/** The page's waiting times are this much shorter here. */
const HURRY = 25;
const TIMEOUT_MS = 1500;
/** How often a page asks for the last version before what it shows counts as its view. */
const VIEW_TRIES = 10;
/** Hashing a password takes its time. */
const DOOR_MS = 20000;

/** What a person can change of a box by itself; each value is used once in a run. */
const placeOf = (/** @type {any} */ box) => [box.xmin, box.ymin, box.xmax, box.ymax].join(" ");
const contentOf = (/** @type {any} */ box) => ({ place: placeOf(box), pose: box.pose });

/**
 * @param {object} world   what all clients share
 * @param {string} world.root
 * @param {number[]} world.images
 * @param {any[]} world.log
 * @param {Record<string, number>} world.counts
 * @param {Set<string>} world.tabs          that are open
 * @param {() => boolean} world.isCalm
 * @param {() => [string, string] | undefined} world.otherSession
 * @param {object} person
 * @param {{id: number, name: string, password: string}} person.account
 * @param {import("./network.js").Cookies} person.cookies
 * @param {import("../../tests/js/fakestorage.js").Disk} person.disk
 * @param {() => number} person.random
 */
export function createClient(world, { account, cookies, disk, random }) {
  const { log, counts, tabs } = world;
  const count = (/** @type {string} */ name) => (counts[name] = (counts[name] ?? 0) + 1);
  const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
  /** @type {any} the open page, or null */
  let page = null;
  let uses = 0;

  function openPage() {
    const tab = makeId();
    const me = { tab, isAlive: true };
    tabs.add(tab);
    const isAlive = () => me.isAlive;
    const apiWith = (/** @type {number} */ timeoutMs) =>
      createApi({
        csrfToken: () => decodeURIComponent(cookies.find("csrf")?.[1] ?? ""),
        person: account.id,
        timeoutMs,
        fetcher: /** @type {any} */ (createFetch({ ...world, cookies, random, isAlive })),
      });
    const api = apiWith(TIMEOUT_MS);
    const storage = openBrowserStorage({ indexedDB: fakeIndexedDB(disk, { isAlive, delay: () => random() * 4 }) });
    const findOpen = async (/** @type {string[]} */ asked) => new Set(asked.filter((name) => tabs.has(name)));
    const unsentStorage = createUnsentStorage({ storage, person: account, project: "faults", kind: "label", tabs: { id: tab, findOpen } });
    const { unsentWork, createOwner } = unsentStorage;
    page = { me, api, door: apiWith(DOOR_MS), unsentWork, unsentStorage, outbox: createOutbox({ api, createOwner }), image: null, saver: null };
  }

  /** @param {any} event */
  function note(event) {
    log.push({ person: account.name, image: page.image, tab: page.me.tab, kept: false, ...event });
  }

  /** @param {any} change */
  function noteChange(change) {
    if (change.origin === "server") return;
    for (const { box } of change.created) note({ what: "create", box: box.id, values: contentOf(box) });
    for (const { box } of change.deleted) note({ what: "delete", box: box.id, seen: contentOf(box), version: page.saver?.version() ?? 0 });
    for (const { oldValue, newValue } of change.updated) {
      const [old, now] = [contentOf(oldValue), contentOf(newValue)];
      for (const group of /** @type {const} */ (["place", "pose"])) {
        if (old[group] === now[group]) continue;
        note({ what: "set", box: newValue.id, group, from: old[group], to: now[group] });
      }
    }
  }

  /**
   * Open an image as the label page does.
   * @param {number} image
   */
  async function open(image) {
    const here = page;
    void here.saver?.stop().then(here.owner.end);
    here.saver = null;
    const list = await here.api.getBoxes(image);
    const { owner, unsent } = await here.unsentStorage.resume({ id: image, name: `${image}.png` });
    if (here !== page || !here.me.isAlive) return;
    here.owner = owner;
    here.image = image;
    const store = createStore();
    store.subscribe(noteChange);
    here.store = store;
    here.undoable = [];
    here.news = null;
    here.saver = createSaver({
      store,
      put: (save) => here.api.putBoxes(image, save),
      async storeUnsent(work) {
        const upTo = log.length;
        const isKept = await owner.put({ id: image, name: `${image}.png` }, work);
        if (isKept && here.me.isAlive) keptUpTo(here.me.tab, image, upTo);
        return isKept;
      },
      report: (news) => void (here.news = news),
      isTakenOver: owner.isEnded,
      later: /** @type {any} */ (
        (/** @type {() => void} */ call, /** @type {number} */ ms) => setTimeout(() => here.me.isAlive && call(), ms / HURRY)
      ),
    });
    here.history = createHistory(store);
    here.saver.open(list, unsent);
  }

  /** @param {string} tab @param {number} image @param {number} upTo */
  function keptUpTo(tab, image, upTo) {
    for (let index = upTo - 1; index >= 0; index -= 1) {
      const event = log[index];
      if (event.tab !== tab || event.image !== image) continue;
      if (event.kept) break;
      event.kept = true;
    }
  }

  const value = () => 1 + Math.round(random() * 1e9) / 1e7;
  const newRect = () => {
    const [xmin, ymin] = [value(), value()];
    return { xmin, ymin, xmax: xmin + 1 + value(), ymax: ymin + 1 + value() };
  };

  const acts = {
    create() {
      page.store.create(makeBox(newRect(), "scratch", { pose: `${account.name} ${(uses += 1)}` }));
      page.undoable.push(true);
      return true;
    },
    move() {
      const box = pick(page.store.all());
      if (!box) return false;
      page.store.update(box.id, newRect());
      page.undoable.push(false);
      return true;
    },
    turn() {
      const box = pick(page.store.all());
      if (!box) return false;
      page.store.update(box.id, { pose: `${account.name} ${(uses += 1)}` });
      page.undoable.push(false);
      return true;
    },
    delete() {
      const box = pick(page.store.all());
      if (!box || (page.store.all().length < 6 && random() < 0.7)) return false;
      page.store.remove(box.id);
      page.undoable.push(true);
      return true;
    },
    undo() {
      // A value that comes back could not be told from the first one; a box that comes back can.
      if (!page.undoable.pop()) return false;
      return page.history.undo();
    },
    choose() {
      const { news, saver } = page;
      if (saver.state() !== "conflict" || !news?.conflicts) return false;
      const choices = new Map(news.conflicts.map((/** @type {any} */ conflict) => [conflict.id, pick(choicesOf(conflict))]));
      for (const conflict of news.conflicts) noteChoice(conflict, /** @type {any} */ (choices.get(conflict.id)));
      page.undoable.push(false);
      void saver.resolve(choices);
      return true;
    },
  };

  /** What a choice means beyond the change that it makes on the page. */
  function noteChoice(/** @type {any} */ { id, kind }, /** @type {string} */ choice) {
    const theirs = page.news.theirs.boxes.find((/** @type {any} */ box) => box.id === id);
    const mine = page.store.get(id);
    if (kind === "both-changed" && choice === "mine" && theirs && mine) {
      const [old, now] = [contentOf(theirs), contentOf(mine)];
      for (const group of /** @type {const} */ (["place", "pose"])) {
        if (old[group] !== now[group]) note({ what: "set", chosen: true, box: id, group, from: old[group], to: now[group] });
      }
    } else if (kind === "deleted-by-me" && choice !== "mine") note({ what: "keep", box: id, values: contentOf(theirs) });
    else if (kind === "deleted-by-them" && choice === "mine" && mine) note({ what: "keep", box: id, values: contentOf(mine) });
  }

  async function signIn() {
    count("signed in again");
    await page.door.getSession();
    await page.door.signIn(account.name, account.password);
  }

  function kill() {
    count("tabs killed");
    page.me.isAlive = false;
    tabs.delete(page.me.tab);
    page.saver?.stop();
    page = null;
  }

  async function close() {
    count("tabs closed");
    const { saver, api, image, me } = page;
    const save = saver?.leave();
    if (save) void api.putBoxes(image, save, { keepalive: true }).catch(() => {});
    await sleep(20); // the browser finishes what is being written
    me.isAlive = false;
    tabs.delete(me.tab);
    saver?.stop();
    page = null;
  }

  async function sendLeftover() {
    const unsent = (await page.unsentWork.all()).filter((/** @type {any} */ { image }) => image.id !== page.image);
    if (unsent.length === 0) return 0;
    count("leftovers sent");
    const outcome = await page.outbox.send(pick(unsent));
    if (outcome === "expired") await signIn();
    if (outcome === "refused") count("REFUSED");
    if (outcome === "asked") await open(Number(unsent[0].image.id));
    return unsent.length;
  }

  /** Do what the page asks of its person. @returns {Promise<void>} */
  async function answer() {
    const state = page.saver?.state();
    if (state === "expired") {
      await signIn();
      await page.saver.saveNow();
    } else if (state === "refused") count("REFUSED");
  }

  /** One operation. @returns {Promise<boolean>} whether anything was done */
  async function step() {
    try {
      if (!page) openPage();
      if (!page.saver) await open(pick(world.images));
      await answer();
      const dice = random();
      if (dice < 0.008) kill();
      else if (dice < 0.014) await close();
      else if (dice < 0.05) await goOn();
      else if (dice < 0.06) await sendLeftover();
      else {
        if (page.saver.state() === "conflict" && random() < 0.3) return did("choose");
        return did(pick(["create", "create", "move", "move", "move", "turn", "turn", "delete", "undo"]));
      }
      return false;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
      await signIn().catch(ignoreAnswer);
      return false;
    }
  }

  /** @param {keyof typeof acts} name */
  function did(name) {
    const isDone = acts[name]();
    if (isDone) count(`operation ${name}`);
    return isDone;
  }

  async function goOn() {
    const { saver } = page;
    const state = await saver.saveNow();
    if (state === "saved" || saver.isStored()) await open(pick(world.images));
  }

  /** Bring all unsent work to the server. @returns {Promise<boolean>} true when nothing is left */
  async function settle() {
    try {
      if (!page) openPage();
      const unsent = await page.unsentWork.all();
      if (unsent.length > 0 || !page.saver) await open(unsent.length > 0 ? Number(unsent[0].image.id) : world.images[0]);
      for (let tries = 0; tries < 20; tries += 1) {
        await answer();
        const state = await page.saver.saveNow();
        if (state === "saved") break;
        if (state === "conflict") did("choose");
        await sleep(10);
      }
      return page.saver.state() === "saved" && (await page.unsentWork.all()).length === 0;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) await signIn().catch(ignoreAnswer);
      else ignoreAnswer(error);
      return false;
    }
  }

  /** @param {unknown} error */
  function ignoreAnswer(error) {
    if (!(error instanceof ApiError) && !(error instanceof Unreachable)) throw error;
  }

  return {
    name: account.name,
    step,
    settle,
    signIn: async () => {
      if (!page) openPage();
      await signIn();
    },
    /** What this page shows of its image once the server has answered it, and the state of its last save. */
    async view() {
      // A page with nothing to save learns only here that its session has ended: its person signs in as elsewhere.
      let state = await page.saver.saveNow({ force: true });
      for (let tries = 0; state !== "saved" && tries < VIEW_TRIES; tries += 1) {
        await answer().catch(ignoreAnswer);
        state = await page.saver.saveNow({ force: true });
      }
      const boxes = page.store.all().map((/** @type {any} */ box) => [box.id, contentOf(box)]);
      return { image: page.image, state, boxes };
    },
    state: () => page?.saver?.state() ?? "closed",
    leave: () => page && kill(),
  };
}
