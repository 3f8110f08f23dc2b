// @ts-check
// Times travel in UTC; people read their own.

const day = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short" });
const minute = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short" });

/** @param {ParentNode} root */
export function localizeTimes(root) {
  for (const element of root.querySelectorAll("time[datetime]:not([data-local])")) {
    const moment = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(moment.getTime())) continue;
    const today = day.format(moment) === day.format(new Date());
    const text = minute.format(moment);
    element.setAttribute("title", `${element.textContent} (${text} here)`);
    element.setAttribute("data-local", "");
    element.textContent = today ? `today ${text.slice(-5)}` : text;
  }
}
