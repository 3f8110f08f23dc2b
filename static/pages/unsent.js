// @ts-check
// On every page of a project: tells of work that was kept on this computer and never sent, and sends it.
import { createApi } from "../server/api.js";
import { csrfTokenOf, keepCsrfToken } from "../server/csrf.js";
import { createOutbox } from "../saving/outbox.js";
import { find, readData } from "../ui/element.js";
import { openUnsentStorage } from "../saving/unsent_storage.js";
import { createUnsentNotice } from "../saving/unsent_notice.js";
import { createNotice } from "../ui/notice.js";

/** @type {{person: {id: number, name: string}, csrf_cookie: string, login_url: string}} */
const { person, csrf_cookie: cookie, login_url: loginUrl } = readData("unsent-data");
const place = find("[data-unsent]");
const api = createApi({
  csrfToken: () => csrfTokenOf(document, cookie),
  tokenChanged: (token) => keepCsrfToken(document, token),
  person: person.id,
});
const { tab, unsentWork, createOwner, moved } = openUnsentStorage({ person, project: "", kind: "label" });
const notice = createNotice(place, place);
const unsentNotice = createUnsentNotice({
  unsentWork,
  outbox: createOutbox({ api, createOwner }),
  tab,
  show: (note) => (note ? notice.show(note) : notice.clear()),
  expired: () => location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`),
});
void moved.then(unsentNotice.refresh);
