//! The server's own thread: starting, listening, stopping.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot};

use super::{Core, GatewayConfig, GatewayError, api};

/// Open connections get this long to finish their answers when the gateway stops.
const GRACE: Duration = Duration::from_secs(3);

/// How often deadlines are looked at. They are also looked at before every answer, so this only bounds how long the
/// revocation list of a gateway nobody asks stays behind.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// Starts gateways.
#[derive(Debug, Clone, Copy)]
pub struct Gateway;

/// A gateway that runs in its own thread until it is stopped or dropped.
#[derive(Debug)]
pub struct RunningGateway {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), GatewayError>>>,
}

impl Gateway {
    /// Starts a gateway; it listens when this returns.
    ///
    /// # Errors
    /// The address is taken, the data folder cannot be used, or training parts are configured outside training.
    pub fn start(config: GatewayConfig) -> Result<RunningGateway, GatewayError> {
        let address = config.listen;
        let core = Arc::new(Core::open(config)?);
        let (stop, stopped) = oneshot::channel();
        let (ready, listening) = mpsc::sync_channel(1);
        let body = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(|source| GatewayError::Thread { source })?;
            let served = serve(&runtime, &core, address, stopped, &ready);
            runtime.shutdown_timeout(GRACE);
            served
        };
        let thread = std::thread::Builder::new()
            .name("gateway".to_owned())
            .spawn(body)
            .map_err(|source| GatewayError::Thread { source })?;
        match listening.recv() {
            Ok(address) => Ok(RunningGateway { address, stop: Some(stop), thread: Some(thread) }),
            // The thread ended before it listened: its own result says why.
            Err(mpsc::RecvError) => match thread.join() {
                Ok(Err(error)) => Err(error),
                Ok(Ok(())) | Err(_) => Err(GatewayError::Stopped { reason: "it never listened".to_owned() }),
            },
        }
    }
}

fn serve(
    runtime: &Runtime,
    core: &Arc<Core>,
    address: SocketAddr,
    stopped: oneshot::Receiver<()>,
    ready: &mpsc::SyncSender<SocketAddr>,
) -> Result<(), GatewayError> {
    runtime.block_on(async {
        let refused = |source| GatewayError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let bound = listener.local_addr().map_err(refused)?;
        let sweeper = tokio::spawn(sweep(Arc::clone(core)));
        let (drain, drained) = oneshot::channel::<()>();
        let server =
            axum::serve(listener, api::router(Arc::clone(core)).into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(async move { drained.await.unwrap_or(()) });
        let mut server = Box::pin(async move { server.await });
        if ready.send(bound).is_err() {
            return Ok(());
        }
        let ended = tokio::select! {
            ended = &mut server => ended,
            // Both an order to stop and the loss of whoever could order it end the service.
            _ = stopped => {
                drop(drain);
                tokio::time::timeout(GRACE, server).await.unwrap_or(Ok(()))
            }
        };
        sweeper.abort();
        ended.map_err(|error| GatewayError::Stopped { reason: error.to_string() })
    })
}

async fn sweep(core: Arc<Core>) {
    let mut ticks = tokio::time::interval(SWEEP_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let core = Arc::clone(&core);
        // A sweep that fails (database busy) is made good by the next, and by the one before every answer.
        let _ = tokio::task::spawn_blocking(move || core.sweep()).await;
    }
}

impl RunningGateway {
    /// Where it listens, e.g. `http://127.0.0.1:49152`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops it and waits until it has ended.
    ///
    /// # Errors
    /// It had stopped by itself before, for this reason.
    pub fn stop(mut self) -> Result<(), GatewayError> {
        self.stop.take();
        self.join()
    }

    /// Waits until it ends by itself; `cardwright gateway` runs here until the process is told to end.
    ///
    /// # Errors
    /// Why it ended.
    pub fn wait(mut self) -> Result<(), GatewayError> {
        self.join()
    }

    fn join(&mut self) -> Result<(), GatewayError> {
        match self.thread.take().map(JoinHandle::join) {
            None => Ok(()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(GatewayError::Stopped { reason: "its thread panicked".to_owned() }),
        }
    }
}

impl Drop for RunningGateway {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.join();
    }
}
