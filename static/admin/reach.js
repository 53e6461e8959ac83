// What scrolls sideways can be reached, and so scrolled, by keyboard alone.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const places = document.querySelectorAll(".readonly, .results, .scrolls");
  const named = (place) => place.hasAttribute("aria-label") || place.hasAttribute("aria-labelledby");
  const labelOf = (place) =>
    place.closest(".form-row, section, fieldset")?.querySelector("label, h2, h3, legend")?.textContent;

  const mark = () => {
    for (const place of places) {
      if (place.scrollWidth > place.clientWidth && !place.hasAttribute("tabindex")) {
        place.tabIndex = 0;
        place.setAttribute("role", "region");
        if (!named(place)) {
          place.setAttribute("aria-label", (labelOf(place) || document.title).trim().replace(/:$/, ""));
        }
      }
    }
  };

  mark();
  window.addEventListener("resize", mark);
});
