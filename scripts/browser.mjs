// Finds a browser for the e2e tests, or installs one: CHROMIUM_PATH, Playwright's own, /usr/bin/chromium, then installing.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from '@playwright/test';

const DEBIAN = '/usr/bin/chromium';

/** @returns {string | undefined} a path where a browser stands */
function find() {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, but there is no such file.`);
  }
  const own = chromium.executablePath();
  if (existsSync(own)) return own;
  return existsSync(DEBIAN) ? DEBIAN : undefined;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function attempt(command, args) {
  console.log(`no browser found, trying: ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { stdio: 'inherit' }).status === 0;
}

/** @returns {string} the browser's path @throws Error saying what to do where there is none and none could be installed */
export function browserPath() {
  const found = find();
  if (found) return found;
  attempt('npx', ['playwright', 'install', '--with-deps', 'chromium']);
  const afterPlaywright = find();
  if (afterPlaywright) return afterPlaywright;
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    attempt('apt-get', ['update', '-q']);
    attempt('apt-get', ['install', '-y', '-q', 'chromium']);
  }
  const afterDebian = find();
  if (afterDebian) return afterDebian;
  throw new Error(
    "No Chromium: install one (npx playwright install --with-deps chromium, or your system's package) or set CHROMIUM_PATH.",
  );
}

/** Launch arguments: nothing in the background, no sandbox only where the user is root. */
export function browserArgs() {
  const args = [
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
  if (process.getuid?.() === 0) args.push('--no-sandbox');
  return args;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.log(execFileSync(browserPath(), ['--version']).toString().trim());
}
