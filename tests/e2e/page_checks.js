// What a page must not have: text fainter than 4.5 : 1, controls without a name, more width than the screen.
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const part = value => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  const below = node => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] > 250) return colour;
    }
    return [255, 255, 255];
  };
  const ownText = node => [...node.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.textContent.trim());
  const shown = selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility());
  const ratio = node => {
    const [more, less] = [light(rgb(getComputedStyle(node).color)), light(below(node))].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  };
  const named = node => node.getAttribute("aria-label") || node.labels?.[0]?.textContent.trim() || node.textContent.trim() || node.title;
  return {
    faint: shown("body *").filter(node => ownText(node) && node.tagName !== "OPTION" && !node.closest(".sr, .skip, svg"))
      .filter(node => ratio(node) < 4.5).map(node => `${ratio(node).toFixed(2)} ${node.className} ${node.textContent.slice(0, 30)}`),
    nameless: shown("button, input, select, textarea, a[href], [role=button]").filter(node => !named(node)).map(node => node.outerHTML),
    wide: document.documentElement.scrollWidth > innerWidth,
  };
}
