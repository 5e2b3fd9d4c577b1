//! A wrapper around tower-lsp's service: a panicking handler answers with an error instead of
//! ending the server, and `exit` ends it even while standard input stays open.

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tower_lsp::jsonrpc::{Error, Id, Request, Response};
use tower_service::Service;

use super::{frames, log};

/// The notification by which a client asks for more or less of a log.
const SET_TRACE: &str = "$/setTrace";

/// How far the conversation has come.
#[derive(Default)]
pub(super) struct Lifecycle {
    shutdown: AtomicBool,
    ended: AtomicBool,
    wake: Notify,
}

impl Lifecycle {
    /// Notes that nothing more will come.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Waits for the end.
    pub async fn ended(&self) {
        loop {
            let woken = self.wake.notified();
            if self.has_ended() {
                return;
            }
            woken.await;
        }
    }

    /// 0 if the client asked for the shutdown first, as the protocol says.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(u8::from(!self.shutdown.load(Ordering::Acquire)))
    }
}

/// The wrapper.
pub(super) struct Guarded<S> {
    inner: S,
    lifecycle: Arc<Lifecycle>,
}

impl<S> Guarded<S> {
    pub fn new(inner: S, lifecycle: Arc<Lifecycle>) -> Self {
        Self { inner, lifecycle }
    }
}

impl<S> Service<Request> for Guarded<S>
where
    S: Service<Request, Response = Option<Response>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Option<Response>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Option<Response>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let request = with_params(request);
        let id = request.id().cloned();
        let method = request.method().to_owned();
        if method == "shutdown" {
            self.lifecycle.shutdown.store(true, Ordering::Release);
        }
        if method == "exit" {
            // tower-lsp would cancel whatever is under way, also a `shutdown` that was not
            // answered yet. Its input ends instead, so that it finishes and returns.
            self.lifecycle.end();
            return futures::future::ok(None).boxed();
        }
        if let Some(error) = unreadable(&method) {
            return futures::future::ok(Some(Response::from_error(id.unwrap_or_default(), error)))
                .boxed();
        }
        if method == SET_TRACE {
            let value = request.params().and_then(|params| params.get("value"));
            log::follow(value.and_then(Value::as_str).unwrap_or_default());
            return futures::future::ok(None).boxed();
        }
        if let Some(id) = id.clone().filter(|_| method.starts_with("$/")) {
            // tower-lsp leaves such a request without an answer, and the client waits for ever.
            let error = Error::method_not_found();
            return futures::future::ok(Some(Response::from_error(id, error))).boxed();
        }
        let called = std::panic::catch_unwind(AssertUnwindSafe(|| self.inner.call(request)));
        let Ok(future) = called else {
            return futures::future::ok(failed(&method, id)).boxed();
        };
        async move {
            match AssertUnwindSafe(future).catch_unwind().await {
                Ok(response) => response,
                Err(_) => Ok(failed(&method, id)),
            }
        }
        .boxed()
    }
}

/// The request with the parameters that tower-lsp insists on: none for `shutdown`, where clients
/// also send null, and some for a custom method, where clients may send none.
fn with_params(request: Request) -> Request {
    let params = match request.method() {
        "shutdown" => None,
        super::status::METHOD if request.params().is_none() => Some(json!({})),
        _ => return request,
    };
    let (method, id, _) = request.into_parts();
    let mut request = Request::build(method);
    if let Some(params) = params {
        request = request.params(params);
    }
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}

/// What is answered to a message that could not be read.
fn unreadable(method: &str) -> Option<Error> {
    match method {
        frames::UNREADABLE => Some(Error::parse_error()),
        frames::INVALID => Some(Error::invalid_request()),
        _ => None,
    }
}

/// What a request gets that broke its handler. The panic itself is in the log already.
fn failed(method: &str, id: Option<Id>) -> Option<Response> {
    tracing::error!(method, "a handler failed");
    id.map(|id| Response::from_error(id, Error::internal_error()))
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    /// Panics when called, when polled, or not at all, as the method says.
    struct Fragile;

    impl Service<Request> for Fragile {
        type Response = Option<Response>;
        type Error = std::io::Error;
        type Future = BoxFuture<'static, Result<Option<Response>, std::io::Error>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: Request) -> Self::Future {
            assert!(request.method() != "panic/call", "asked to");
            let (method, id, _) = request.into_parts();
            async move {
                assert!(method != "panic/poll", "asked to");
                Ok(id.map(|id| Response::from_ok(id, json!("fine"))))
            }
            .boxed()
        }
    }

    fn answer(service: &mut Guarded<Fragile>, method: &'static str, id: i64) -> Option<Response> {
        let request = Request::build(method).id(id).finish();
        block_on(service.call(request)).expect("the wrapper adds no error of its own")
    }

    #[test]
    fn a_panic_answers_its_own_request_and_nothing_else() {
        let mut service = Guarded::new(Fragile, Arc::default());
        for method in ["panic/call", "panic/poll"] {
            let response = answer(&mut service, method, 7).expect("a request is answered");
            assert_eq!(response.id(), &Id::Number(7));
            let code = response.error().map(|error| error.code.code());
            assert_eq!(code, Some(-32603), "{method}");
        }
        let response = answer(&mut service, "still/here", 8).expect("a request is answered");
        assert_eq!(response.result(), Some(&json!("fine")));
    }

    #[test]
    fn a_panicking_notification_is_not_answered() {
        let mut service = Guarded::new(Fragile, Arc::default());
        let request = Request::build("panic/poll").finish();
        let response = block_on(service.call(request)).expect("no error of its own");
        assert!(response.is_none());
    }

    #[test]
    fn exit_without_shutdown_is_told_by_the_exit_code() {
        let lifecycle = Arc::new(Lifecycle::default());
        let mut service = Guarded::new(Fragile, Arc::clone(&lifecycle));
        let _ = block_on(service.call(Request::build("exit").finish()));
        assert!(lifecycle.has_ended());
        assert_eq!(lifecycle.exit_code(), ExitCode::from(1));
        let _ = answer(&mut service, "shutdown", 1);
        assert_eq!(lifecycle.exit_code(), ExitCode::SUCCESS);
    }
}
