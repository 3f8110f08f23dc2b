// @ts-check
// A small world around one save machine for property tests: a person, a browser's storage, a network that loses,
// repeats and delays, a server with other people. It checks after every event that no edit is lost.
import assert from "node:assert/strict";
import { sameBoxes } from "../../../static/boxes/boxes.js";
import { chosen } from "../../../static/boxes/merge.js";
import { next } from "../../../static/saving/save_machine.js";
import { initialState, isAtWork, isDirty, mergeOf } from "../../../static/saving/save_state.js";
import { createDice } from "../dice.js";
import { box } from "../sample.js";

/** How the server answers: it writes, fails before or after it has written, or refuses with a status. */
const MOODS = ["writes", "writes", "writes", "fails before", "fails after", 400, 401, 403, 423];

/** @param {readonly any[]} boxes @param {string} id */
const gradeIn = (boxes, id) => boxes.find((each) => each.id === id)?.grade ?? null;

/** The server's side: versions, the saves that arrived, and what other people do. */
class Server {
  constructor() {
    this.version = 3;
    this.boxes = [box("a", [0, 0, 10, 10], { grade: 1 }), box("b", [20, 0, 30, 10], { grade: 1 })];
    this.history = [{ version: 3, boxes: this.boxes }];
    /** @type {any[]} */
    this.arrived = [];
    /** @type {any} */
    this.mood = "writes";
    this.isDeleted = false;
  }

  list() {
    return { version: this.version, boxes: this.boxes };
  }

  /** @param {any[]} boxes */
  write(boxes) {
    this.version += 1;
    this.boxes = boxes;
    this.history.push({ version: this.version, boxes });
  }

  /** Answer a save, as the REST interface does. @param {any} save @returns {any} the event without its request */
  take(save) {
    if (this.isDeleted) return { type: "refused", status: 404, sentence: "It is deleted.", code: "not_found" };
    if (typeof this.mood === "number") return { type: "refused", status: this.mood, sentence: "No.", code: "no" };
    if (this.mood === "fails before") return { type: "unreachable", sentence: "The server failed." };
    const answer = this.save(save);
    return this.mood === "fails after" ? { type: "unreachable", sentence: "The server failed." } : answer;
  }

  /** @param {any} save */
  save({ version, mutation, boxes, unanswered }) {
    if (version !== this.version) {
      const applied = this.arrived.findLast((each) => [mutation, ...unanswered].includes(each.mutation)) ?? null;
      return { type: "stale", list: this.list(), applied, savedBy: "igor" };
    }
    this.write(boxes);
    this.arrived.push({ mutation, ...this.list() });
    return { type: "accepted", list: this.list() };
  }
}

/** One run: a page, what it left in the browser's storage, and what its person wanted. */
export class World {
  state = initialState();
  /** @type {any[]} what the browser's storage has not written yet */
  writing = [];
  /** @type {any} the request that the page waits for */
  flight = null;
  /** @type {any[]} answers that came already and may come again */
  oldAnswers = [];
  /** @type {Set<number>} versions that the server has called stale */
  staleVersions = new Set();
  isWaiting = false;
  /** @type {any} the work of the last `store` effect, or undefined */
  lastWork = undefined;

  /** @param {number} seed @param {(state: any, event: any) => any} [machine] */
  constructor(seed, machine = next) {
    this.machine = machine;
    this.dice = createDice(seed);
    this.server = new Server();
    /** @type {any} what the browser's storage holds */
    this.disk = null;
    this.count = 0;
      /**
     * The newest wish for each box: its grade, or null for its deletion; `since` is the server's version then.
     * @type {Map<string, {grade: number | null, since: number}>}
     */
    this.wishes = new Map();
    /** @type {Set<string>} "phase event phase" */
    this.seen = new Set();
    /** @type {any[]} saves that may arrive at any time */
    this.stray = [];
    /** @type {Map<string, Set<string>>} the boxes of each save, by its name */
    this.sentIds = new Map();
    this.openPage();
  }

  openPage() {
    this.state = initialState();
    this.writing = [];
    this.flight = null;
    this.oldAnswers = [];
    this.staleVersions = new Set();
    this.isWaiting = false;
    this.lastWork = undefined;
    this.send({ type: "open", list: this.server.list(), work: this.disk });
  }

  id() {
    return `save ${(this.count += 1)}`;
  }

  /** @param {any} event */
  send(event) {
    const before = this.state.phase;
    const { state, effects } = this.machine(this.state, event);
    this.state = state;
    this.seen.add(`${before} ${event.type} ${state.phase}`);
    if (event.type === "stale") this.staleVersions.add(event.sentVersion);
    for (const effect of effects) this.carryOut(effect);
    this.check();
  }

  /** @param {any} effect */
  carryOut(effect) {
    switch (effect.type) {
      case "store":
        this.writing.push(effect);
        this.lastWork = effect.work;
        break;
      case "send":
        assert.equal(this.flight, null, "one request is in flight at most");
        assert.ok(!this.staleVersions.has(effect.save.version), `version ${effect.save.version} is stale and sent again`);
        this.flight = { request: effect.request, save: effect.save, answer: null };
        this.noteSent(effect.save);
        break;
      case "lastSave":
        this.stray.push(effect.save);
        this.noteSent(effect.save);
        break;
      case "wait":
        this.isWaiting = true;
        break;
      case "stopWaiting":
        this.isWaiting = false;
        break;
      default:
        assert.ok(effect.type === "show" || effect.type === "report", effect.type);
    }
  }

  /** @param {import("../../../static/saving/saver.js").Save} save */
  noteSent({ mutation, boxes }) {
    this.sentIds.set(mutation, new Set(boxes.map(({ id }) => id)));
  }

  /**
   * Tell whether a version of the server has what the person wished.
   * @param {string} id
   * @param {{grade: number | null, since: number}} wish
   */
  isAcknowledged(id, { grade, since }) {
    return this.server.history.some(({ version, boxes }) => version >= since && gradeIn(boxes, id) === grade);
  }

  check() {
    const { state } = this;
    for (const [id, wish] of this.wishes) {
      const isHere = gradeIn(state.mine, id) === wish.grade;
      assert.ok(isHere || this.isAcknowledged(id, wish), `the edit of ${id} to ${wish.grade} is lost (${state.phase})`);
    }
    if (state.phase === "over") return;
    if (this.lastWork !== undefined && isDirty(state)) {
      assert.ok(this.lastWork, `work of ${state.phase} is not stored`);
      assert.ok(sameBoxes(this.lastWork.boxes, state.mine), `older work is stored (${state.phase})`);
      assert.deepEqual([this.lastWork.version, this.lastWork.unanswered], [state.base.version, state.unanswered]);
    }
    const mustWait = (state.phase === "unsaved" || state.phase === "offline") && !state.isLeft;
    assert.ok(!mustWait || this.isWaiting, `nothing is going to save what is ${state.phase}`);
    if (state.phase === "saved") assert.ok(!isDirty(state), "what is not on the server is called saved");
    assert.equal(this.flight !== null, state.phase === "sending", `the request in flight and ${state.phase}`);
  }

  // What the person does

  edit() {
    const mine = [...this.state.mine];
    const grade = 100 + (this.count += 1);
    const one = this.dice.pick(mine);
    const act = this.dice.below(8);
    if (act === 0) this.takeBack();
    else if (act < 3 || !one) this.editTo([...mine, box(`box ${grade}`, [0, 0, grade, grade], { grade })], `box ${grade}`, grade);
    else if (act === 3) this.editTo(mine.filter((each) => each !== one), one.id, null);
    else this.editTo(mine.map((each) => (each === one ? { ...one, grade } : each)), one.id, grade);
  }

  /** @param {any[]} boxes @param {string} id @param {number | null} grade */
  editTo(boxes, id, grade) {
    const known = Math.max(...this.server.history.map(({ version }) => version));
    this.wishes.set(id, { grade, since: grade === null ? known : 0 });
    this.send({ type: "edit", boxes });
  }

  /** Undo: one box, or all of them, are again as they were. */
  takeBack() {
    const { mine, base } = this.state;
    const changed = [...mine, ...base.boxes].map(({ id }) => id).filter((id) => gradeIn(mine, id) !== gradeIn(base.boxes, id));
    const isAll = this.dice.below(2) === 0;
    const ids = new Set(isAll ? changed : changed.slice(0, 1));
    for (const id of ids) this.wishes.delete(id);
    const left = mine.filter(({ id }) => !ids.has(id));
    this.send({ type: "edit", boxes: [...left, ...base.boxes.filter(({ id }) => ids.has(id))] });
  }

  save({ force = false } = {}) {
    this.isWaiting = false;
    this.send({ type: "save", id: this.id(), force });
    // The caller of a save waits while the machine is at work, and asks again.
    if (isAtWork(this.state) || (isDirty(this.state) && this.state.phase === "offline")) this.isWaiting = true;
  }

  resolve() {
    if (this.state.phase !== "conflict") return;
    const merged = mergeOf(this.state);
    const choice = () => this.dice.pick(/** @type {any[]} */ (["mine", "theirs", "both"]));
    const choices = this.dice.below(2)
      ? this.dice.pick(["mine", "theirs"])
      : new Map(merged.conflicts.flatMap(({ id }) => (this.dice.below(4) ? [[id, choice()]] : [])));
    this.resolveWith(/** @type {any} */ (choices));
  }

  /** @param {any} choices */
  resolveWith(choices) {
    const merged = mergeOf(this.state);
    const open = merged.conflicts.filter(({ id }) => typeof choices !== "string" && !choices.has(id));
    // Who takes another choice than his own gives his edit up.
    for (const { id } of open.length > 0 ? [] : merged.conflicts) {
      if ((typeof choices === "string" ? choices : choices.get(id)) !== "mine") this.wishes.delete(id);
    }
    this.send({ type: "resolve", choices, boxes: chosen(merged, choices), id: this.id() });
  }

  // What the browser and the network do

  /** Write what is first in the queue of the browser's storage. */
  finishWriting() {
    const effect = this.writing.shift();
    if (!effect) return;
    const isStored = this.dice.below(20) > 0;
    if (isStored) this.disk = effect.work;
    if (effect.answers) this.send({ type: "stored", isStored, id: this.id() });
    else this.send({ type: "storage", isStored });
  }

  /** The request in flight reaches the server, perhaps twice; what the server has refused does not come again. */
  arrive() {
    if (!this.flight || this.flight.answer?.type === "refused") return;
    const answer = this.server.take(this.flight.save);
    this.flight.answer ??= answer;
  }

  /** The page gets an answer, or none in time: then the request may arrive later. */
  answer() {
    const { flight } = this;
    if (!flight) return;
    const isDoubled = flight.answer?.type !== "refused" && this.dice.below(8) === 0;
    if (!flight.answer || isDoubled) this.stray.push(flight.save);
    const isLost = !flight.answer || this.dice.below(5) === 0;
    const none = this.dice.below(10) > 0 ? { type: "unreachable", sentence: "No answer." } : { type: "broken" };
    const found = isLost ? none : flight.answer;
    this.flight = null;
    const event = { ...found, request: flight.request, id: this.id(), sentVersion: flight.save.version };
    this.oldAnswers.push(event);
    this.send(event);
  }

  /** An answer that came before comes again, or a save that was given up arrives. */
  comeLate() {
    const old = this.dice.pick(this.oldAnswers);
    if (old && this.dice.below(2)) this.send({ ...old, id: this.id() });
    const place = this.dice.below(Math.max(1, this.stray.length));
    const [late] = this.stray.splice(place, 1);
    if (late) this.server.take(late);
  }

  // What happens around the page

  otherPerson() {
    const { boxes } = this.server;
    if (this.server.isDeleted) return;
    const one = this.dice.pick(boxes);
    const number = (this.count += 1);
    const act = this.dice.below(4);
    if (act === 0 || !one) this.server.write([...boxes, box(`theirs ${number}`, [0, 0, 5, 5], { grade: number })]);
    else if (act === 1) this.server.write(boxes.filter((each) => each !== one));
    else if (act === 2) this.server.write(boxes.map((each) => (each === one ? { ...each, grade: 10000 + number } : each)));
    else this.server.write(boxes.map((each) => (each === one ? { ...each, xmax: each.xmax + 1 } : each)));
  }

  changeMood() {
    this.server.mood = this.dice.pick(MOODS);
    if (this.dice.below(60) === 0) this.server.isDeleted = true;
  }

  /** The page goes away: closed, killed, left for another image, or another saver takes the work. */
  closePage() {
    const way = this.dice.below(4);
    if (way === 0) this.send({ type: "leave", id: this.id() });
    if (way === 1) this.send({ type: "takenOver" });
    if (way < 2) while (this.writing.length > 0) this.disk = this.writing.shift().work;
    if (way === 2) {
      this.send({ type: "stop" });
      for (let turn = 0; isAtWork(this.state) && turn < 60; turn += 1) this.work();
      assert.ok(!isAtWork(this.state), "a page that was left comes to rest");
      while (this.writing.length > 0) this.finishWriting();
    }
    this.reopenPage();
  }

  reopenPage() {
    if (this.flight) this.stray.push(this.flight.save);
    // What was not written yet is lost with a page that is killed; nothing else may be.
    const boxes = this.disk ? this.disk.boxes : null;
    for (const [id, wish] of this.wishes) {
      // Work that began before the box came to this page knows nothing of its deletion.
      const isFromUnanswered = this.disk?.unanswered.some((/** @type {string} */ name) => this.sentIds.get(name)?.has(id));
      const isKnown = wish.grade !== null || isFromUnanswered || gradeIn(this.disk?.base ?? [], id) !== null;
      const isStored = boxes !== null && isKnown && gradeIn(boxes, id) === wish.grade;
      if (!isStored && !this.isAcknowledged(id, wish)) {
        const isWritten = this.writing.length === 0 && this.state.isStored;
        assert.ok(!isWritten, `the edit of ${id} to ${wish.grade} is not in the browser's storage`);
        this.wishes.delete(id);
      }
    }
    this.openPage();
  }

  /** One thing that ends a wait of the machine. */
  work() {
    if (this.writing.length > 0) this.finishWriting();
    else if (this.flight && !this.flight.answer) this.arrive();
    else this.answer();
  }

  /** Let something happen by chance. */
  turn() {
    const acts = {
      ...{ edit: 5, finishWriting: 8, arrive: 6, answer: 5, save: 4, force: 1, comeLate: 2, resolve: 3 },
      ...{ otherPerson: 2, changeMood: 2, closePage: 0.25 },
    };
    let dice = this.dice.below(1000) / 1000 * Object.values(acts).reduce((sum, share) => sum + share, 0);
    for (const [name, share] of Object.entries(acts)) {
      dice -= share;
      if (dice >= 0) continue;
      if (name === "force") this.save({ force: true });
      else /** @type {any} */ (this)[name]();
      return;
    }
  }

  /** Good answers and no more edits: returns how many steps it took until the machine was at rest. */
  comeToRest() {
    this.server.mood = "writes";
    for (let step = 0; step < 400; step += 1) {
      const { phase } = this.state;
      if (this.writing.length > 0) this.disk = this.writing[0].work;
      if (this.writing.length > 0) {
        const { answers } = this.writing.shift();
        this.send(answers ? { type: "stored", isStored: true, id: this.id() } : { type: "storage", isStored: true });
      } else if (this.flight) {
        this.flight.answer = this.server.take(this.flight.save);
        const { request, save, answer } = this.flight;
        this.flight = null;
        this.send({ ...answer, request, id: this.id(), sentVersion: save.version });
      } else if (phase === "conflict") this.resolveWith("mine");
      else if (phase === "locked") this.reopenPage();
      else if (phase === "saved" && this.state.theirs === null && !this.isWaiting) return;
      else if (phase === "gone" && this.server.isDeleted) return;
      else this.save({ force: this.state.theirs !== null });
    }
    assert.fail(`not at rest after many good answers: ${this.state.phase}`);
  }
}
