/** What stands on the stage can be read on a small laptop: no tiny words, none under the tools. */
import { expect, test } from './lab.ts';

const SCENARIOS = [
  'Four CPUs, and one works',
  'Livelock and its cure',
  'RSS: a good table and a bad one',
  'XPS: with and without',
  'A delay that loses',
  'TOE against a faster CPU',
];

for (const title of SCENARIOS)
  test(`${title}: words are 10.5 pixels high or more, and the tools cover none`, async ({ lab, page }) => {
    await page.setViewportSize({ width: 1280, height: 720 });
    await lab.open();
    await lab.choose(title);
    await expect
      .poll(() =>
        lab.stage.evaluate((svg) =>
          Array.from(svg.querySelectorAll('text'))
            .filter((text) => (text.textContent ?? '').trim() !== '')
            .map((text) => {
              const { a, b } = (text as SVGTextElement).getScreenCTM() ?? { a: 0, b: 0 };
              return [
                Number.parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b),
                text.textContent,
              ];
            })
            .filter(([size]) => Number(size) < 10.5),
        ),
      )
      .toEqual([]);
    const covered = await page.locator('.stageTools').evaluate((tools) => {
      const t = tools.getBoundingClientRect();
      return Array.from(document.querySelectorAll('.stageSvg text'))
        .filter((text) => {
          const r = text.getBoundingClientRect();
          return r.width > 0 && r.left < t.right && r.right > t.left && r.top < t.bottom && r.bottom > t.top;
        })
        .map((text) => text.textContent);
    });
    expect(covered).toEqual([]);
  });
