//! Standard input that ends with `exit`, so that tower-lsp finishes what it was writing and
//! returns, although the client has not closed the pipe.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::service::Lifecycle;

/// A reader that ends when its conversation ends.
pub(super) struct UntilExit<R> {
    inner: R,
    lifecycle: Arc<Lifecycle>,
    ended: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl<R> UntilExit<R> {
    pub fn new(inner: R, lifecycle: Arc<Lifecycle>) -> Self {
        let shared = Arc::clone(&lifecycle);
        let ended = Box::pin(async move { shared.ended().await });
        Self {
            inner,
            lifecycle,
            ended,
        }
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for UntilExit<R> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // A finished future must not be polled again, hence the flag first.
        if self.lifecycle.has_ended() || self.ended.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(context, buffer);
        if let Poll::Ready(result) = &read
            && (result.is_err() || buffer.filled().len() == before)
        {
            // The client hung up: handlers that still wait must not keep the process alive.
            self.lifecycle.end();
        }
        read
    }
}
