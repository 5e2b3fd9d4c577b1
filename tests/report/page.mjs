// Looks at the report's page in a real browser: wide and narrow, light and dark.
//
//   node page.mjs PAGE FOLDER
//
// Writes a picture of each into FOLDER, and ends with `N passed, N failed`.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, findChromium } from '../editors/vscode/chromium.mjs';

const [page, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: findChromium(), headless: true, args: ['--no-sandbox'] });
let passed = 0;
let failed = 0;
const check = (name, wrong) => {
  if (wrong.length === 0) {
    passed += 1;
    return;
  }
  failed += 1;
  console.log(`FAILED ${name}: ${JSON.stringify(wrong.slice(0, 5))}`);
};

// Runs in the page. Each gives what is wrong.
const looks = {
  'nothing is wider than the window': () => {
    const wide = document.documentElement.scrollWidth - window.innerWidth;
    return wide > 0 ? [wide] : [];
  },
  'every text can be read on its ground': () => {
    const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => {
      const part = (it) => (it / 255 <= 0.03928 ? it / 255 / 12.92 : ((it / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    const ground = (node) => {
      for (let it = node; it; it = it.parentElement) {
        const colour = parse(getComputedStyle(it).backgroundColor);
        if (colour.length < 4 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    const wrong = [];
    for (const node of document.body.querySelectorAll('*')) {
      const own = [...node.childNodes].some((it) => it.nodeType === Node.TEXT_NODE && it.textContent.trim());
      if (!own) continue;
      const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) wrong.push([node.textContent.trim().slice(0, 30), contrast.toFixed(1)]);
    }
    return wrong;
  },
  'no text is smaller than 12 pixels': () => {
    const small = [...document.body.querySelectorAll('*')].filter((it) => it.textContent.trim() && parseFloat(getComputedStyle(it).fontSize) < 12);
    return small.map((it) => it.textContent.trim().slice(0, 30));
  },
  'no two blocks overlap': () => {
    const wrong = [];
    const boxes = [...document.body.children].map((it) => [it, it.getBoundingClientRect()]).filter(([, box]) => box.height > 0);
    for (let i = 1; i < boxes.length; i += 1) {
      if (boxes[i][1].top + 0.5 < boxes[i - 1][1].bottom) wrong.push(boxes[i][0].textContent.slice(0, 30));
    }
    return wrong;
  },
  'the size is shown by bars': () => {
    const bars = [...document.querySelectorAll('.bar i')].map((it) => it.getBoundingClientRect().width);
    return bars.length === 4 && bars.every((width) => width > 2) ? [] : bars;
  },
  'the finding stands below its line and is seen whole': () => {
    const remark = document.querySelector('tr.remark div');
    const box = remark?.getBoundingClientRect();
    const line = remark?.closest('tr').previousElementSibling.textContent ?? '';
    const right = line.includes('json=order)') && box.right <= window.innerWidth && box.height > 10;
    return right ? [] : [line, box];
  },
  'what people wrote in Markdown is no Markdown any more': () => {
    const left = document.body.innerText.match(/\*\*|^\|.*\||^```|<!--/m);
    return left ? [left[0]] : [];
  },
  'a number has its noun': () => {
    const said = [...document.querySelectorAll('.meter')].map((it) => it.textContent.trim());
    return said.includes('1file of production code') ? [] : said;
  },
};

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 400]) {
    const name = `${colorScheme}-${width}`;
    const view = await browser.newPage({ colorScheme, viewport: { width, height: 900 } });
    const asked = [];
    const said = [];
    view.on('request', (request) => asked.push(request.url()));
    view.on('console', (message) => said.push(message.text()));
    view.on('pageerror', (error) => said.push(String(error)));
    await view.goto(pathToFileURL(path.resolve(page)).href);
    for (const [what, look] of Object.entries(looks)) check(`${name}: ${what}`, await view.evaluate(look));
    check(`${name}: it asks for nothing but itself`, asked.slice(1));
    check(`${name}: the browser has nothing to say`, said);
    const ground = await view.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const isDark = ground.match(/\d+/g).slice(0, 3).every((it) => Number(it) < 64);
    check(`${name}: it follows the reader's colours`, isDark === (colorScheme === 'dark') ? [] : [ground]);
    await view.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
    await view.close();
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
