//! A scope's own code as one flat list. Every node knows its parent, its field and its kind, and
//! asking for them costs nothing: `tree_sitter` searches parents from the root and makes a cursor
//! for every list of children, which is too slow for what looks at every node of a function.

use tree_sitter::Node;

use super::paths::{Path, Paths};
use crate::syntax::Source;

/// One node of a [`Flat`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub(super) u32);

#[derive(Debug, Clone, Copy)]
struct Spot<'a> {
    node: Node<'a>,
    kind: &'a str,
    field: &'a str,
    parent: u32,
    /// The first spot behind everything below this one.
    end: u32,
    named: bool,
}

/// The code that runs in one function, class body or module: bodies of functions, classes and
/// lambdas inside it are left out, as are comments, annotations and punctuation.
#[derive(Debug)]
pub struct Flat<'a> {
    source: &'a Source,
    spots: Vec<Spot<'a>>,
    paths: Paths<'a>,
    path_of: Vec<Option<Path>>,
}

/// Nodes whose inside does not run here, or says nothing.
const CLOSED: &[&str] = &["type", "comment", "type_parameter", "lambda_parameters"];

impl<'a> Flat<'a> {
    /// Lists the code of `scope`: a function, a class or a module.
    #[must_use]
    pub fn new(source: &'a Source, scope: Node<'a>) -> Self {
        let mut spots = Vec::new();
        let mut open: Vec<u32> = Vec::new();
        let mut cursor = scope.walk();
        loop {
            let node = cursor.node();
            let field = cursor.field_name().unwrap_or("");
            let kind = node.kind();
            let parent = open.last().copied();
            let outer = parent.map_or("", |at| spot_kind(&spots, at));
            let keep = kept(node, kind, field, parent == Some(0), outer);
            if keep {
                let index = u32::try_from(spots.len()).unwrap_or(u32::MAX);
                spots.push(Spot {
                    node,
                    kind,
                    field,
                    parent: parent.unwrap_or(index),
                    end: index + 1,
                    named: node.is_named(),
                });
                if !CLOSED.contains(&kind) && cursor.goto_first_child() {
                    open.push(index);
                    continue;
                }
            }
            loop {
                if open.is_empty() {
                    return Self::with_paths(source, spots);
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                cursor.goto_parent();
                if let Some(done) = open.pop() {
                    let end = u32::try_from(spots.len()).unwrap_or(u32::MAX);
                    spots[done as usize].end = end;
                }
            }
        }
    }

    fn with_paths(source: &'a Source, spots: Vec<Spot<'a>>) -> Self {
        let mut flat = Self {
            source,
            path_of: vec![None; spots.len()],
            spots,
            paths: Paths::default(),
        };
        let mut paths = Paths::default();
        // What stands below a spot stands behind it, so that its path is known first.
        for index in (0..flat.spots.len()).rev() {
            let place = Place(u32::try_from(index).unwrap_or(u32::MAX));
            flat.path_of[index] = paths.of(&flat, place);
        }
        flat.paths = paths;
        flat
    }

    /// The scope itself.
    #[must_use]
    pub fn root(&self) -> Place {
        Place(0)
    }

    fn spot(&self, place: Place) -> &Spot<'a> {
        &self.spots[place.0 as usize]
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spots.is_empty()
    }

    /// The syntax node.
    #[must_use]
    pub fn node(&self, place: Place) -> Node<'a> {
        self.spot(place).node
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self, place: Place) -> &'a str {
        self.spot(place).kind
    }

    /// Its text.
    #[must_use]
    pub fn slice(&self, place: Place) -> &'a str {
        self.source
            .text()
            .get(self.node(place).byte_range())
            .unwrap_or("")
    }

    /// The node around it; `None` for the scope itself.
    #[must_use]
    pub fn parent(&self, place: Place) -> Option<Place> {
        (place.0 != 0).then(|| Place(self.spot(place).parent))
    }

    /// The nodes around it, from inside out.
    pub fn ancestors(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        std::iter::successors(self.parent(place), |at| self.parent(*at))
    }

    /// The field of its parent in which it stands; empty if in none.
    #[must_use]
    pub fn role(&self, place: Place) -> &'a str {
        self.spot(place).field
    }

    fn all_children(&self, place: Place) -> impl Iterator<Item = Place> + use<'_, 'a> {
        let end = self.spot(place).end;
        let mut next = place.0 + 1;
        std::iter::from_fn(move || {
            let at = Place(next);
            (next < end).then(|| {
                next = self.spot(at).end;
                at
            })
        })
    }

    /// The named nodes right below it.
    pub fn children(&self, place: Place) -> impl Iterator<Item = Place> + use<'_, 'a> {
        self.all_children(place).filter(|at| self.spot(*at).named)
    }

    /// The node below it in this field.
    #[must_use]
    pub fn field(&self, place: Place, name: &str) -> Option<Place> {
        self.all_children(place)
            .find(|at| self.spot(*at).field == name)
    }

    /// All nodes below it in this field.
    pub fn fields<'n>(
        &'n self,
        place: Place,
        name: &'n str,
    ) -> impl Iterator<Item = Place> + use<'n, 'a> {
        self.all_children(place)
            .filter(move |at| self.spot(*at).field == name)
    }

    /// Everything below it, and itself, in source order.
    pub fn below(&self, place: Place) -> impl Iterator<Item = Place> + use<'a> {
        (place.0..self.spot(place).end).map(Place)
    }

    /// Whether `outer` is `inner` or stands around it.
    #[must_use]
    pub fn holds(&self, outer: Place, inner: Place) -> bool {
        outer <= inner && inner.0 < self.spot(outer).end
    }

    /// The node without the parentheses around it.
    #[must_use]
    pub fn bare(&self, mut place: Place) -> Place {
        while self.kind(place) == "parenthesized_expression" {
            let Some(inner) = self.children(place).next() else {
                return place;
            };
            place = inner;
        }
        place
    }

    /// Whether the statement begins with `async`.
    #[must_use]
    pub fn is_async(&self, place: Place) -> bool {
        self.all_children(place)
            .next()
            .is_some_and(|at| self.kind(at) == "async")
    }

    /// The place of a node of this scope.
    #[must_use]
    pub fn find(&self, node: Node<'_>) -> Option<Place> {
        let start = node.start_byte();
        let mut at = self
            .spots
            .partition_point(|spot| spot.node.start_byte() < start);
        while let Some(spot) = self.spots.get(at) {
            if spot.node.start_byte() != start {
                return None;
            }
            if spot.node.id() == node.id() {
                return u32::try_from(at).ok().map(Place);
            }
            at += 1;
        }
        None
    }

    /// What can be followed from place to place: `event`, `self.config`, `event["body"]`,
    /// `response.json()`.
    #[must_use]
    pub fn path(&self, place: Place) -> Option<Path> {
        self.path_of[place.0 as usize]
    }

    /// All paths of this scope.
    #[must_use]
    pub fn paths(&self) -> &Paths<'a> {
        &self.paths
    }

    /// The source.
    #[must_use]
    pub fn source(&self) -> &'a Source {
        self.source
    }
}

fn spot_kind<'a>(spots: &[Spot<'a>], at: u32) -> &'a str {
    spots[at as usize].kind
}

/// Whether a node is listed. `top` says that its parent is the scope itself.
fn kept(node: Node<'_>, kind: &str, field: &str, top: bool, outer: &str) -> bool {
    if !node.is_named() {
        return kind == "async" || field.starts_with("operator");
    }
    match outer {
        // The scope's own head runs outside of it.
        "function_definition" | "class_definition" if top => field == "body",
        "function_definition" | "class_definition" | "lambda" => field != "body",
        "string" => kind == "interpolation",
        _ => !matches!(kind, "comment" | "line_continuation"),
    }
}
