//! The weights of the risk score. Written by `tests/replay/fit.py --write`: do not edit.

use crate::compare::shape::Fact;

/// What an empty change scores, as the logarithm of the odds.
pub(super) const START: f64 = -1.0108;

/// What the logarithm of one plus each count adds to it.
pub(super) const WEIGHTS: &[(Fact, f64)] = &[
    (Fact::LinesAdded, 0.0626),
    (Fact::LinesRemoved, 0.1120),
    (Fact::Hunks, 0.1415),
    (Fact::Definitions, -0.0630),
    (Fact::PublicFunctions, -0.1534),
    (Fact::PublicClasses, 0.2405),
    (Fact::PublicMethods, 0.0693),
    (Fact::PublicRemoved, 0.1121),
    (Fact::PrivateDefinitions, 0.0546),
    (Fact::MovedDefinitions, 0.0821),
    (Fact::ParametersAdded, 0.2409),
    (Fact::ParametersRemoved, 0.1493),
    (Fact::SignaturesTyped, 0.2481),
    (Fact::BasesChanged, -0.0367),
    (Fact::StatementsMoved, 0.0119),
    (Fact::StatementsTyped, 0.2010),
    (Fact::StatementsValued, 0.0952),
    (Fact::StatementsRenamed, 0.0175),
    (Fact::Repeats, 0.0424),
    (Fact::ImportsAdded, -0.0340),
    (Fact::ImportsRemoved, 0.0088),
    (Fact::DeprecationsAdded, 0.8308),
    (Fact::DeprecationsRemoved, 0.7229),
    (Fact::OptionsAdded, -0.0836),
    (Fact::AttributesAdded, 0.3075),
    (Fact::AttributesRemoved, 0.2647),
    (Fact::ConstantsAdded, 0.3363),
    (Fact::ConstantsRemoved, 0.3169),
    (Fact::DocstringsAdded, 0.2701),
    (Fact::CompatRemoved, 0.2451),
    (Fact::ConditionsAdded, 0.0928),
    (Fact::GuardsAdded, -0.1000),
    (Fact::HandlersAdded, -0.1113),
    (Fact::AssertionsAdded, -0.1997),
    (Fact::AssertionsRemoved, 0.1485),
    (Fact::TestsAdded, -0.2323),
    (Fact::TestLines, -0.0545),
    (Fact::Manifests, 0.3120),
    (Fact::LayoutHunks, 0.2032),
    (Fact::FilesAdded, 0.0604),
    (Fact::FilesDeleted, 0.0700),
    (Fact::AllFiles, 0.1571),
    (Fact::OnlyLayout, 2.0117),
    (Fact::NoProduction, 2.8421),
];
