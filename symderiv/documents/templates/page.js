"use strict";
(() => {
  // A link to a line opens it: the reasons and the evidence of that line are what the link is for.
  const opened = () => {
    const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place) return;
    for (let node = place; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const own = place.querySelector(":scope > details");
    if (own) own.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", opened);
  opened();
})();
