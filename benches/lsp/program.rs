//! The Python file that is measured: long, plausible, the same for the same seed.

use std::fmt::Write as _;

/// A small seeded generator (splitmix64): the same numbers on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which must not be zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).expect("a usize fits into 64 bits");
        usize::try_from(self.next() % limit).expect("it is below a usize")
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// One file on both sides.
pub struct Program {
    /// The text on the production branch.
    pub production: String,
    /// The text on the hotfix branch.
    pub hotfix: String,
    /// The lines of `hotfix` that differ from production, counted from 0, one for each hunk.
    pub changed: Vec<usize>,
}

/// How many places the hotfix changes.
pub const HUNKS: usize = 20;

const NOUNS: &[&str] = &[
    "order", "invoice", "customer", "shipment", "ticket", "account", "session", "report",
    "payment", "product", "basket", "message",
];
const VERBS: &[&str] = &[
    "load", "store", "collect", "refresh", "resolve", "archive", "publish", "merge", "validate",
    "render",
];
const FIELDS: &[&str] = &[
    "status", "amount", "currency", "region", "owner", "priority", "created", "label",
];

/// A file of about `lines` lines.
pub fn generate(lines: usize, seed: u64) -> Program {
    // Measured once on this generator: an average definition has this many lines.
    let definitions = lines.div_ceil(16).max(HUNKS);
    let mut random = Random::new(seed);
    let mut program = Program {
        production: HEADER.to_owned(),
        hotfix: HEADER.to_owned(),
        changed: Vec::new(),
    };
    let mut index = 0;
    while program.hotfix.matches('\n').count() < lines {
        let step = definitions / HUNKS;
        let changes = index % step == step / 2 && program.changed.len() < HUNKS;
        let (before, after) = definition(index, &mut random);
        if changes && before != after {
            let start = program.hotfix.matches('\n').count();
            let same = |(a, b): &(&str, &str)| a == b;
            let offset = before.lines().zip(after.lines()).take_while(same).count();
            program.changed.push(start + offset);
            program.hotfix += &after;
        } else {
            program.hotfix += &before;
        }
        program.production += &before;
        index += 1;
    }
    program
}

const HEADER: &str = r#""""Orders, invoices and what belongs to them: the service's client side."""

import json
import logging
import os
import threading

import requests

logger = logging.getLogger(__name__)
BASE_URL = os.environ.get("SERVICE_URL", "http://127.0.0.1:8080")
_lock = threading.Lock()
_cache: dict = {}


"#;

/// One definition as production has it and as a careless hotfix leaves it.
fn definition(index: usize, random: &mut Random) -> (String, String) {
    let noun = random.pick(NOUNS);
    let verb = random.pick(VERBS);
    let field = random.pick(FIELDS);
    let other = random.pick(FIELDS);
    let limit = 3 + random.below(90);
    let template = TEMPLATES[index % TEMPLATES.len()];
    let fill = |text: &str| {
        text.replace("NOUN", noun)
            .replace("VERB", verb)
            .replace("FIELD", field)
            .replace("OTHER", other)
            .replace("LIMIT", &limit.to_string())
            .replace("INDEX", &index.to_string())
    };
    let mut before = fill(template.0);
    for (from, _) in template.1 {
        assert!(template.0.contains(from), "{from:?} is not in the template");
    }
    let changed = template
        .1
        .iter()
        .fold(template.0.to_owned(), |text, (from, to)| {
            text.replace(from, to)
        });
    let mut after = fill(&changed);
    let _ = write!(before, "\n\n");
    let _ = write!(after, "\n\n");
    (before, after)
}

/// A definition, and what the hotfix makes of it.
type Template = (&'static str, &'static [(&'static str, &'static str)]);

const TEMPLATES: &[Template] = &[
    (
        r#"def VERB_NOUN_INDEX(NOUN_id: str, retries: int = LIMIT) -> dict:
    """VERB one NOUN from the remote service."""
    url = f"{BASE_URL}/NOUN/{NOUN_id}"
    try:
        response = requests.get(url, timeout=10)
        response.raise_for_status()
        payload = response.json()
    except requests.RequestException as error:
        logger.error("VERB of NOUN %s failed: %s", NOUN_id, error)
        raise
    return {"id": NOUN_id, "FIELD": payload.get("FIELD"), "retries": retries}
"#,
        &[("requests.get(url, timeout=10)", "requests.get(url)")],
    ),
    (
        r#"class NOUNVERBINDEX:
    """Keeps what is known of one NOUN."""

    kinds = ("FIELD", "OTHER", "none")

    def __init__(self, name: str, FIELD: int = LIMIT) -> None:
        self.name = name
        self.FIELD = FIELD
        self.entries: list = []

    def add(self, entry: dict) -> None:
        """Adds one entry when it is complete."""
        if entry.get("OTHER") is None:
            logger.warning("NOUN %s has no OTHER", self.name)
            return
        self.entries.append(entry)

    def total(self) -> int:
        # The entries are few, so the sum is not kept.
        return sum(entry["OTHER"] for entry in self.entries if "OTHER" in entry)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {len(self.entries)})"
"#,
        &[(
            "        if entry.get(\"OTHER\") is None:\n            logger.warning(\"NOUN %s has no OTHER\", self.name)\n            return\n",
            "",
        )],
    ),
    (
        r#"def VERB_rows_INDEX(rows: list, minimum: int = LIMIT) -> dict:
    """Groups rows by their FIELD."""
    groups: dict = {}
    for row in rows:
        if not row or row.get("OTHER", 0) < minimum:
            continue
        key = row.get("FIELD", "unknown")
        groups.setdefault(key, []).append(row)
    names = sorted(groups)
    sizes = {name: len(groups[name]) for name in names}
    logger.debug("%d groups: %s", len(names), sizes)
    return {
        "names": names,
        "sizes": sizes,
        "largest": max(sizes.values(), default=0),
    }
"#,
        &[(
            "key = row.get(\"FIELD\", \"unknown\")",
            "key = row[\"FIELD\"]",
        )],
    ),
    (
        r#"def remember_NOUN_INDEX(key: str, value: dict) -> dict:
    """Keeps a NOUN for later; two threads may call it at once."""
    with _lock:
        if key not in _cache:
            _cache[key] = {"value": value, "uses": 0}
        found = _cache[key]
        found["uses"] += 1
    return found
"#,
        &[(
            "    with _lock:\n        if key not in _cache:\n            _cache[key] = {\"value\": value, \"uses\": 0}\n",
            "    if key not in _cache:\n        _cache[key] = {\"value\": value, \"uses\": 0}\n    with _lock:\n",
        )],
    ),
    (
        r#"def read_NOUN_settings_INDEX(path: str) -> dict:
    """Reads the settings of a NOUN; a missing file gives the defaults."""
    defaults = {"FIELD": LIMIT, "OTHER": None, "name": "NOUN"}
    try:
        with open(path, encoding="utf-8") as handle:
            loaded = json.load(handle)
    except FileNotFoundError:
        return defaults
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is not JSON") from error
    for name, value in loaded.items():
        if name in defaults and value is not None:
            defaults[name] = value
    return defaults
"#,
        &[(
            "        raise ValueError(f\"{path} is not JSON\") from error\n",
            "        raise ValueError(f\"{path} is not JSON\")\n",
        )],
    ),
    (
        r#"async def VERB_all_INDEX(names: list[str], limit: int = LIMIT):
    """Yields each NOUN that is due, with its (made up) weight."""
    weights = [len(name) * 2 + position for position, name in enumerate(names)]
    for name, weight in zip(names, weights):
        # Names come from outside: spaces around them mean nothing.
        cleaned = name.strip().lower()
        if not cleaned:
            continue
        elif weight > limit and cleaned != "FIELD":
            yield cleaned, (weight - limit) / 2
        else:
            yield cleaned, weight
"#,
        &[(
            "            continue\n",
            "            print(\"empty name\", name)\n            continue\n",
        )],
    ),
];
