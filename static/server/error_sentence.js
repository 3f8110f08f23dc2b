// @ts-check
// The sentence for people in the body of an error.

/**
 * Find the sentence in an error body of Django REST framework's shape.
 * @param {unknown} body
 * @returns {string}
 */
export function errorSentence(body) {
  if (typeof body === "string") return body;
  if (Array.isArray(body)) return body.map(errorSentence).filter(Boolean).join(" ");
  if (body === null || typeof body !== "object") return "";
  const entries = Object.entries(body);
  const detail = entries.find(([field]) => field === "detail");
  if (detail) return errorSentence(detail[1]);
  return entries
    .filter(([field]) => field !== "code")
    .map(([field, value]) => [field, errorSentence(value)])
    .filter(([, sentence]) => sentence)
    .map(([field, sentence]) => (/^\d+$/.test(field) ? sentence : `${field}: ${sentence}`))
    .join(" ");
}
