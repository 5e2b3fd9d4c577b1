//! What was run, and what came out: facts that are not in the code.

/// What commands have shown. Each is none while nobody ran it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The tests of the fix, on production and here.
    pub proof: Option<Outcome>,
    /// The project's own tests.
    pub unit: Option<Outcome>,
    /// The integration tests.
    pub integration: Option<Outcome>,
    /// The smoke tests.
    pub smoke: Option<Outcome>,
    /// Taking the hotfix back, tried out.
    pub rollback: Option<Outcome>,
}

/// What one run has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it showed what it should.
    pub is_good: bool,
    /// Whether the code has changed since, so that it says nothing any more.
    pub is_stale: bool,
    /// What it showed, in one sentence without a final dot.
    pub says: String,
}
