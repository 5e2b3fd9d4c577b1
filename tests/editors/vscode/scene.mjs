// A real repository: production with a tag, and a hotfix branch with risky edits in two files.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const CLIENT = `import requests


def fetch_order(url):
    """Return the order at url."""
    response = requests.get(url, timeout=5)
    response.raise_for_status()
    return response.json()


def fetch_label(url):
    """Return the label at url."""
    response = requests.get(url, timeout=5)
    response.raise_for_status()
    return response.text
`;

const ORDERS = `def find(orders, key):
    return orders[key]


def total(orders):
    return sum(orders.values())
`;

/** A harmless edit, and a new function whose request may wait for ever: one finding on line 20. */
export const RISKY_CLIENT = `${CLIENT.replace('Return the order at url.', 'Return the order at url, as the shop has it.')}

def _fetch_stock():
    """Return the stock."""
    response = requests.get("https://example.com/stock")
    response.raise_for_status()
    return response.json()


def _stock():
    """Return the stock, or raise LookupError."""
    try:
        return _fetch_stock()
    except requests.RequestException as error:
        raise LookupError("stock") from error
`;

/** A leftover of the search for the fault: one finding, on line 2, in a file that stays closed. */
export const RISKY_ORDERS = ORDERS.replace('    return orders[key]\n', '    breakpoint()\n    try:\n        return orders[key]\n    except KeyError as error:\n        raise LookupError(key) from error\n');

export class Repository {
  constructor(name = 'shop') {
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'hotfix-scene-'));
    this.root = path.join(fs.realpathSync(this.home), name);
    fs.mkdirSync(this.root);
    this.git('init', '--quiet', '--initial-branch=main');
    this.write('shop/client.py', CLIENT);
    this.write('shop/orders.py', ORDERS);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'Release 1.2.0');
    this.git('tag', 'v1.2.0');
    this.git('checkout', '--quiet', '-b', 'hotfix/v1.2.1');
    this.write('shop/client.py', RISKY_CLIENT);
    this.write('shop/orders.py', RISKY_ORDERS);
    // Committed, so that git's own marks, against the last commit, are silent.
    this.git('commit', '--quiet', '--all', '--message', 'Count the stock');
  }

  git(...command) {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
    return execFileSync('git', [...who, ...command], { cwd: this.root, env, encoding: 'utf8' }).trim();
  }

  path(file) {
    return path.join(this.root, file);
  }

  write(file, text) {
    fs.mkdirSync(path.dirname(this.path(file)), { recursive: true });
    fs.writeFileSync(this.path(file), text);
  }

  read(file) {
    return fs.readFileSync(this.path(file), 'utf8');
  }

  remove() {
    fs.rmSync(this.home, { recursive: true, force: true });
  }
}
