// @ts-check
// Addresses of pages and calls, made of what the server wrote into the page, so that no address is written twice.
import { readData } from "../ui/element.js";

/** The project's place in an address template; the place of an id is 0. */
const SLUG = "__slug__";

/**
 * Fill an id into an address that the server wrote for the id 0.
 * @param {string | undefined} template
 * @param {string | number} id
 */
export function withId(template, id) {
  const [before, after] = split(template ?? "", "/0/");
  return `${before}/${id}/${after}`;
}

/**
 * Split a text at the last place of a part: a project may be called 0 too.
 * @param {string} text
 * @param {string} part
 */
function split(text, part) {
  const at = text.lastIndexOf(part);
  if (at < 0) throw new Error(`The address ${text} has no place for an id.`);
  return [text.slice(0, at), text.slice(at + part.length)];
}

/**
 * Give the address of a project's label page, with one image open or with none.
 * @param {string} project  its slug
 * @param {string | number} [image]
 */
export function labelAddress(project, image) {
  /** @type {{label: string, label_image: string}} */
  const templates = readData("page-addresses");
  const template = image === undefined ? templates.label : withId(templates.label_image, image);
  return template.replace(SLUG, project);
}
