// @ts-check
// The page of all formats: its second half sends archives of labels, as the gallery does.

import { wireUpload } from "./upload/upload_section.js";

wireUpload(/** @type {HTMLElement} */ (document.getElementById("upload")), () => {});
