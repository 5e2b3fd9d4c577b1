//! Makes a handler tell: log, raise again, catch less.

use tree_sitter::Node;

use super::handler::{Breadth, Handler};
use super::seen::{Vague, is_heard};
use crate::fixes::{Applicability, Builder, Fix, hotfix_comment};
use crate::rules::{Finding, FixContext, Place};
use crate::syntax::Unit;
use crate::syntax::nodes::{children, field, keyword, own};

/// The fixes, the one that keeps the behaviour first.
pub(super) fn fixes(context: &FixContext<'_>, finding: &Finding) -> Vec<Fix> {
    let unit = context.unit;
    let Some(clause) = clause_at(unit, finding.span.start) else {
        return Vec::new();
    };
    let Some(handler) = Handler::read(unit, clause) else {
        return Vec::new();
    };
    [
        restore_types(context, finding, clause),
        tell_more(context, clause, &handler),
        catch_less(context, clause, &handler),
        log(context, clause, &handler),
        raise_again(context, clause),
        narrow(context, clause, &handler),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn clause_at<'a>(unit: &Unit<'a>, at: usize) -> Option<Node<'a>> {
    unit.own(&["except_clause"])
        .into_iter()
        .find(|clause| clause.start_byte() == at)
}

fn block(clause: Node<'_>) -> Option<Node<'_>> {
    children(clause).find(|child| child.kind() == "block")
}

/// Puts a statement into the handler: instead of its only `pass`, else before its first.
fn put(builder: &mut Builder<'_>, clause: Node<'_>, line: &str) -> Option<()> {
    let first = children(block(clause)?).next()?;
    let filler = first.kind() == "pass_statement"
        || first
            .named_child(0)
            .is_some_and(|inner| inner.kind() == "ellipsis");
    if filler {
        builder.replace(first, line);
        return Some(());
    }
    builder.lines_before(first, &[line])
}

/// Lets the log line that is there take the exception along.
fn tell_more(context: &FixContext<'_>, clause: Node<'_>, handler: &Handler<'_>) -> Option<Fix> {
    let unit = context.unit;
    handler.vague.filter(|vague| *vague != Vague::Print)?;
    let mut builder = Builder::new(unit.file);
    with_exception(unit, &mut builder, clause)?;
    Some(builder.finish("Log the exception with this line", Applicability::Safe))
}

/// `except:` of a handler that speaks catches `Exception` only, and its line takes the exception
/// along.
fn catch_less(context: &FixContext<'_>, clause: Node<'_>, handler: &Handler<'_>) -> Option<Fix> {
    let unit = context.unit;
    (handler.breadth == Breadth::Everything && handler.tells).then_some(())?;
    let mut builder = Builder::new(unit.file);
    catch(&mut builder, clause, "Exception")?;
    let mut title = "Catch Exception only";
    if let Some(vague) = handler.vague {
        (vague != Vague::Print).then_some(())?;
        with_exception(unit, &mut builder, clause)?;
        title = "Catch Exception only and log it with this line";
    }
    Some(builder.finish(title, Applicability::Safe))
}

/// Lets the first log line of a handler take the exception along.
fn with_exception(unit: &Unit<'_>, builder: &mut Builder<'_>, clause: Node<'_>) -> Option<()> {
    let call = own(block(clause)?, &["call"])
        .into_iter()
        .find(|call| is_heard(unit, *call))?;
    if let Some(off) = keyword(call, "exc_info", unit.source()) {
        builder.replace(off, "True");
    } else {
        let last = children(field(call, "arguments")?).last()?;
        builder.insert(last.end_byte(), ", exc_info=True");
    }
    Some(())
}

fn log(context: &FixContext<'_>, clause: Node<'_>, handler: &Handler<'_>) -> Option<Fix> {
    let unit = context.unit;
    let speaks = handler.tells && handler.vague.is_none();
    if speaks || handler.vague.is_some_and(|vague| vague != Vague::Print) {
        return None;
    }
    let mut builder = Builder::new(unit.file);
    let logger = builder.logger()?;
    let name = unit
        .qualname
        .rsplit('.')
        .next()
        .filter(|name| !name.is_empty());
    let what = name.map_or_else(|| "this step".to_owned(), str::to_owned);
    put(
        &mut builder,
        clause,
        &format!("{logger}.exception(\"{what} failed\")"),
    )?;
    let mut title = format!("Log the exception with {logger}.exception");
    if handler.breadth == Breadth::Everything {
        catch(&mut builder, clause, "Exception")?;
        title = format!("Catch Exception only and log it with {logger}.exception");
    }
    Some(builder.finish(title, Applicability::Safe))
}

/// Rewrites what the handler catches; `as name` stays.
fn catch(builder: &mut Builder<'_>, clause: Node<'_>, names: &str) -> Option<()> {
    match children(clause).find(|child| child.kind() != "block") {
        None => builder.insert(clause.child(0)?.end_byte(), format!(" {names}")),
        Some(old) => {
            let types = if old.kind() == "as_pattern" {
                old.named_child(0)?
            } else {
                old
            };
            builder.replace(types, names);
        }
    }
    Some(())
}

fn raise_again(context: &FixContext<'_>, clause: Node<'_>) -> Option<Fix> {
    let mut builder = Builder::new(context.unit.file);
    let block = block(clause)?;
    let last = children(block).last()?;
    // A handler that only raises again does nothing, unless a wider one stands behind it.
    let does_nothing = children(block).count() == 1
        && matches!(last.kind(), "pass_statement" | "continue_statement");
    let has_next = clause
        .next_named_sibling()
        .is_some_and(|next| next.kind() == "except_clause");
    if does_nothing && !has_next {
        return None;
    }
    match last.kind() {
        "pass_statement" | "continue_statement" => builder.replace(last, "raise"),
        "return_statement" => return None,
        _ => builder.lines_after(last, &["raise"])?,
    }
    Some(builder.finish(
        "Raise the exception again, so that the caller sees it",
        Applicability::NeedsReview,
    ))
}

/// The handler of production, where the hotfix widened it.
fn restore_types(context: &FixContext<'_>, finding: &Finding, clause: Node<'_>) -> Option<Fix> {
    let production = context.production?;
    let shown = finding
        .related
        .iter()
        .find_map(|related| match &related.place {
            Place::Production(bytes) => Some(bytes.clone()),
            Place::Head(_) | Place::Elsewhere(_) => None,
        })?;
    let header = &production.source.text()[shown];
    let names = header.strip_prefix("except")?.trim();
    let names = names.split(" as ").next()?.trim();
    let mut builder = Builder::new(context.unit.file);
    catch(&mut builder, clause, names)?;
    Some(builder.finish(
        format!("Catch only {names}, as production does"),
        Applicability::NeedsReview,
    ))
}

/// What the code in the `try` is known to raise, where one kind of code stands there alone.
fn narrow(context: &FixContext<'_>, clause: Node<'_>, handler: &Handler<'_>) -> Option<Fix> {
    if handler.breadth == Breadth::Narrow {
        return None;
    }
    let unit = context.unit;
    let body = field(clause.parent()?, "body")?;
    let calls = own(body, &["call"]);
    let name = if let [call] = calls.as_slice() {
        raised_by(unit, *call)?
    } else if calls.is_empty() && !own(body, &["subscript"]).is_empty() {
        "KeyError".to_owned()
    } else {
        return None;
    };
    let mut builder = Builder::new(unit.file);
    catch(&mut builder, clause, &name)?;
    let comment = hotfix_comment(context.version, &format!("only {name} is expected here"));
    let first = children(block(clause)?).next()?;
    if handler.is_empty {
        builder.lines_before(first, &[comment])?;
    }
    Some(builder.finish(format!("Catch {name} only"), Applicability::NeedsReview))
}

fn raised_by(unit: &Unit<'_>, call: Node<'_>) -> Option<String> {
    let callee = unit.callee(call)?;
    let name = match callee.as_str() {
        "int" | "float" | "uuid.UUID" | "datetime.datetime.fromisoformat" => "ValueError",
        "open" | "os.remove" | "os.unlink" | "os.rename" | "os.makedirs" | "shutil.copy" => {
            "OSError"
        }
        "json.loads" | "json.load" => "ValueError",
        _ if callee.starts_with("requests.") => {
            let local = unit.names().local_for("requests")?;
            return Some(format!("{local}.RequestException"));
        }
        _ => return None,
    };
    Some(name.to_owned())
}
