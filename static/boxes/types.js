// @ts-check
// The types that modules of several rooms pass to each other. This file holds no code, so that every module can
// name a type without importing another one.

/**
 * A rectangle in image pixels: origin top-left, half-open [xmin, xmax) x [ymin, ymax).
 * @typedef {{xmin: number, ymin: number, xmax: number, ymax: number}} Rect
 */

/**
 * A place in image pixels.
 * @typedef {{x: number, y: number}} Point
 */

/**
 * A place on the canvas in CSS pixels. Names of such values end in `Scr`.
 * @typedef {{xScr: number, yScr: number}} PointScr
 */

/** @typedef {{width: number, height: number}} Size */

/**
 * Where the image lies on the canvas: xScr = x * scale + leftScr.
 * @typedef {{scale: number, leftScr: number, topScr: number}} Viewport
 */

/** @typedef {"nw" | "n" | "ne" | "e" | "se" | "s" | "sw" | "w"} Handle */

/**
 * @typedef {{kind: "handle", id: string, handle: Handle}
 *   | {kind: "edge", id: string}
 *   | {kind: "body", id: string}
 *   | {kind: "nothing"}} Hit
 */

/**
 * One defect on one image, as it travels on the wire. What a person can change comes first.
 * @typedef {object} Box
 * @property {string} id            uuid made by the client
 * @property {string} defect_type   the type's name
 * @property {number} xmin
 * @property {number} ymin
 * @property {number} xmax
 * @property {number} ymax
 * @property {number | null} grade
 * @property {boolean} difficult
 * @property {boolean} truncated
 * @property {boolean} occluded
 * @property {string} pose
 * @property {string} [origin]      "human" or "model"; read-only, like all that follow
 * @property {string} [decision]   "", "pending", "auto", "accepted", "corrected" or "rejected"
 * @property {string} [model_name]
 * @property {number | null} [round_number]
 * @property {number | null} [score]
 * @property {number[] | null} [grade_probabilities]  of grades 1 to K
 */

/**
 * A box and its place in the list, so that undoing a deletion puts it back where it was.
 * @typedef {{box: Box, index: number}} Placed
 */

/** @typedef {{oldValue: Box, newValue: Box}} Updated */

/**
 * Who made a change: the person at this page, the server, or undo and redo.
 * @typedef {"person" | "server" | "history"} Origin
 */

/**
 * @typedef {object} Change
 * @property {Placed[]} created
 * @property {Updated[]} updated
 * @property {Placed[]} deleted
 * @property {Origin} origin
 * @property {string} [gesture]     changes of one gesture carry one name and are one undo step
 */

/** @typedef {{level: number, name: string, criteria: string, weight?: number}} Grade */

/**
 * @typedef {object} DefectType
 * @property {number | string} id
 * @property {string} name
 * @property {string} color        #rrggbb
 * @property {string} hotkey       one character, or empty
 * @property {boolean} graded
 * @property {boolean} [archived]  no longer offered; its boxes stay
 * @property {boolean} [has_grader]  a model grades it
 * @property {Grade[]} grades
 */

/**
 * @typedef {object} ImageInfo
 * @property {number | string} id
 * @property {string} name
 * @property {number} width
 * @property {number} height
 * @property {number} channels      1 for gray, 3 for color
 * @property {number} bit_depth     8 or 16
 * @property {string} pixels        address of a small image's native gray levels, or empty
 * @property {string} tiles         address that describes a large image's tiles, or empty
 * @property {string} view          address of the picture for a browser
 * @property {"pending" | "rendering" | "ready" | "failed"} view_state
 * @property {string} view_error
 * @property {{user: string, expires_at: string} | null} lease
 * @property {number} version
 * @property {string} state
 * @property {string} split
 * @property {string} [created_at]
 */

/** @typedef {{version: number, boxes: Box[]}} BoxList */

/**
 * Why a person is asked about an image, and what the model proposed.
 * @typedef {object} ReviewInfo
 * @property {number} id
 * @property {string} reason
 * @property {string} reason_text
 * @property {boolean} help         a person asks; the comments say what
 * @property {string} detail
 * @property {string} model_name
 * @property {number | null} round_number
 * @property {Box[]} boxes
 */

/**
 * What a claim answers.
 * @typedef {{image: ImageInfo, version: number, boxes: Box[], review: ReviewInfo | null}} Claimed
 */

export {};

/**
 * The data that the server writes into every page with a workbench.
 * @typedef {object} PageData
 * @property {{slug: string, name: string, window_low: number | null, window_high: number | null}} project
 * @property {DefectType[]} types
 * @property {string} types_fingerprint   differs once the types were changed
 * @property {string} user
 * @property {string} role
 * @property {{id: number, name: string}} person
 * @property {import("../saving/preferences.js").Chosen} preferences
 * @property {string} csrf_cookie
 * @property {string} login_url
 */
