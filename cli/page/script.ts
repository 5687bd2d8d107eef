/** Search and zoom. The page is complete without it. */
export const SCRIPT = `(() => {
  for (const field of document.querySelectorAll("input[data-table]")) {
    const rows = [...document.querySelectorAll("#" + field.dataset.table + " tbody tr")];
    const count = field.parentElement.querySelector("output");
    field.parentElement.hidden = false;
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        if (!row.hidden) shown++;
      }
      count.textContent = words.length ? shown + " of " + rows.length : "";
    });
  }
  for (const bar of document.querySelectorAll(".zoom")) {
    const picture = document.getElementById(bar.dataset.picture);
    const view = picture.parentElement;
    let zoom = 1;
    bar.hidden = false;
    bar.addEventListener("click", ({ target }) => {
      const by = Number(target.dataset.zoom);
      if (Number.isNaN(by)) return;
      // The newest end is what people look at first.
      const right = zoom === 1 ? 1 : (view.scrollLeft + view.clientWidth) / view.scrollWidth;
      zoom = by === 0 ? 1 : Math.min(32, Math.max(1, zoom * by));
      picture.style.width = zoom * 100 + "%";
      view.scrollLeft = right * view.scrollWidth - view.clientWidth;
    });
  }
})();`;
