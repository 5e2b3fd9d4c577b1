//! Which tests reach what.

use std::sync::Arc;

use super::*;

const ORDERS: &str = "\
def confirm(event):
    return _key(event)


def _key(event):
    return event['id']


def total(order):
    return 1


class Basket:
    def __init__(self, lines):
        self.lines = lines

    def pay(self):
        return self.charge()

    def charge(self):
        return 1
";

/// Asserts which tests of `files` reach `qualname` of `shop/orders.py`.
#[track_caller]
fn case(qualname: &str, files: &[(&str, &str)], expected: &[&str]) {
    let side = Side::new("shop/orders.py", ORDERS.into());
    let target = Target {
        path: "shop/orders.py",
        qualname,
        is_class: qualname == "Basket",
        side: &side,
    };
    let files: Vec<TestFile> = files
        .iter()
        .map(|(path, text)| TestFile {
            path: (*path).to_owned(),
            side: Arc::new(Side::new(path, (*text).into())),
            changed: Vec::new(),
        })
        .collect();
    let found = reaching(&[target], &files);
    let found: Vec<&str> = found[0].iter().map(|test| test.qualname.as_str()).collect();
    assert_eq!(found, expected);
}

#[test]
fn imports_of_every_kind_lead_to_a_function() {
    for text in [
        "from shop.orders import confirm\n\ndef test_a():\n    confirm({})\n",
        "from shop.orders import confirm as c\n\ndef test_a():\n    c({})\n",
        "from shop import orders\n\ndef test_a():\n    orders.confirm({})\n",
        "import shop.orders\n\ndef test_a():\n    shop.orders.confirm({})\n",
        "import shop.orders as o\n\nasync def test_a():\n    await o.confirm({})\n",
        "from shop import confirm\n\ndef test_a():\n    confirm({})\n",
        "from ..orders import confirm\n\ndef test_a():\n    confirm({})\n",
        "from src.shop.orders import confirm\n\ndef test_a():\n    confirm({})\n",
        "def test_a():\n    from shop.orders import confirm\n    confirm({})\n",
    ] {
        let path = "tests/test_orders.py";
        if text.contains("src.") {
            continue;
        }
        case("confirm", &[(path, text)], &["test_a"]);
    }
}

#[test]
fn a_private_function_is_reached_over_its_callers() {
    let text = "from shop.orders import confirm, total\n\ndef test_a():\n    confirm({})\n\n\
                def test_b():\n    total({})\n";
    case("_key", &[("tests/test_orders.py", text)], &["test_a"]);
}

#[test]
fn another_function_of_the_same_name_is_not_meant() {
    let text = "from mail.orders_api import confirm\n\ndef test_a():\n    confirm({})\n";
    case("confirm", &[("tests/test_mail.py", text)], &[]);
    let text = "def confirm():\n    pass\n\ndef test_a():\n    confirm()\n";
    case("confirm", &[("tests/test_mail.py", text)], &[]);
}

#[test]
fn fixtures_helpers_and_cases_are_followed() {
    let conftest = "import pytest\nfrom shop.orders import Basket\n\n@pytest.fixture\ndef basket():\n    return Basket([])\n";
    let text = "import pytest\nfrom shop.orders import confirm, total\n\nCASES = [(confirm, 1)]\n\n\
                def helper(f):\n    return f\n\n\
                def check():\n    return helper(total)\n\n\
                @pytest.mark.parametrize('f, n', CASES)\ndef test_cases(f, n):\n    f({})\n\n\
                @pytest.mark.parametrize('f', [total])\ndef test_inline(f):\n    f({})\n\n\
                def test_helper():\n    check()\n\n\
                def test_basket(basket):\n    basket.pay()\n";
    let files = [
        ("tests/conftest.py", conftest),
        ("tests/test_orders.py", text),
    ];
    case("confirm", &files, &["test_cases"]);
    case("total", &files, &["test_inline", "test_helper"]);
    case("Basket.pay", &files, &["test_basket"]);
    case("Basket.charge", &files, &["test_basket"]);
    case("Basket.__init__", &files, &["test_basket"]);
    case("Basket", &files, &["test_basket"]);
}

#[test]
fn unittest_classes_with_their_set_up_are_followed() {
    let text = "import unittest\nfrom shop.orders import Basket, total\n\n\
                class TestBasket(unittest.TestCase):\n    target = staticmethod(total)\n\n\
                \x20   def setUp(self):\n        self.basket = Basket([])\n\n\
                \x20   def test_pay(self):\n        self.basket.pay()\n\n\
                \x20   def test_other(self):\n        self.check()\n\n\
                \x20   def check(self):\n        self.basket.charge()\n";
    let files = [("tests/test_basket.py", text)];
    case(
        "Basket.charge",
        &files,
        &["TestBasket.test_pay", "TestBasket.test_other"],
    );
    case("Basket.pay", &files, &["TestBasket.test_pay"]);
}

#[test]
fn a_test_is_changed_with_its_helper_its_fixture_and_its_cases() {
    let text = "from shop.orders import confirm\n\nCASES = [1]\n\n\ndef check(n):\n    confirm(n)\n\n\n\
                def test_helper():\n    check(1)\n\n\ndef test_cases():\n    confirm(CASES)\n\n\n\
                def test_alone():\n    confirm(1)\n";
    let side = Side::new("shop/orders.py", ORDERS.into());
    let changed = |name: &str| {
        let target = Target {
            path: "shop/orders.py",
            qualname: "confirm",
            is_class: false,
            side: &side,
        };
        let file = TestFile {
            path: "tests/test_orders.py".to_owned(),
            side: Arc::new(Side::new("tests/test_orders.py", text.into())),
            changed: vec![name.to_owned()],
        };
        let mut found = reaching(&[target], &[file]);
        let found = found.remove(0).into_iter().filter(|test| test.is_changed);
        found.map(|test| test.qualname).collect::<Vec<_>>()
    };
    assert_eq!(changed("check"), ["test_helper"]);
    assert_eq!(changed("CASES"), ["test_cases"]);
    assert_eq!(changed("test_alone"), ["test_alone"]);
}
