// @ts-check
// On every page of a project: tells of work that was kept on this computer and never sent, and sends it.
import { createApi, csrfTokenOf, keepCsrfToken } from "../server/api.js";
import { createCourier } from "../saving/outbox.js";
import { find, readData } from "../ui/element.js";
import { openKeeping } from "../saving/unsent_storage.js";
import { createLeftover } from "../saving/unsent_notice.js";
import { createNotice } from "../ui/notice.js";

/** @type {{person: {id: number, name: string}, csrf_cookie: string, login_url: string}} */
const { person, csrf_cookie: cookie, login_url: loginUrl } = readData("kept-data");
const place = find("[data-kept]");
const api = createApi({
  csrfToken: () => csrfTokenOf(document, cookie),
  tokenChanged: (token) => keepCsrfToken(document, token),
  person: person.id,
});
const { tab, backup, carrier, moved } = openKeeping({ person, project: "", kind: "label" });
const notice = createNotice(place, place);
const leftover = createLeftover({
  backup,
  courier: createCourier({ api, carrier }),
  tab,
  show: (note) => (note ? notice.show(note) : notice.clear()),
  expired: () => location.assign(`${loginUrl}?next=${encodeURIComponent(location.pathname)}`),
});
void moved.then(leftover.look);
