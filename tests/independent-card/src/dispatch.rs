//! Which part of the Trussed framework answers which request of the PIV application.

use trussed::{
    Platform,
    backend::{Backend as _, BackendId},
    serde_extensions::{ExtensionDispatch, ExtensionId, ExtensionImpl},
    service::ServiceResources,
    types::Context,
};
use trussed_auth::AuthExtension;
use trussed_auth_backend::{AuthBackend, AuthContext, FilesystemLayout};
use trussed_chunked::ChunkedExtension;
use trussed_core::{
    Error,
    api::{Reply, Request, reply, request},
    types::{Bytes, Location},
};
use trussed_hpke::HpkeExtension;
use trussed_rsa_alloc::SoftwareRsa;
use trussed_staging::{StagingBackend, StagingContext};
use trussed_wrap_key_to_file::WrapKeyToFileExtension;

/// The order in which they are asked.
pub(crate) const BACKENDS: &[BackendId<Part>] =
    &[BackendId::Custom(Part::Staging), BackendId::Custom(Part::Auth), BackendId::Custom(Part::Rsa), BackendId::Core];

pub(crate) enum Part {
    Staging,
    Auth,
    Rsa,
}

#[derive(Clone, Copy)]
pub(crate) enum Extension {
    Auth = 0,
    Chunked = 1,
    Hpke = 2,
    WrapKeyToFile = 3,
}

impl From<Extension> for u8 {
    fn from(extension: Extension) -> Self {
        extension as Self
    }
}

impl TryFrom<u8> for Extension {
    type Error = Error;
    fn try_from(number: u8) -> Result<Self, Error> {
        [Self::Auth, Self::Chunked, Self::Hpke, Self::WrapKeyToFile]
            .into_iter()
            .find(|extension| u8::from(*extension) == number)
            .ok_or(Error::FunctionNotSupported)
    }
}

pub(crate) struct Parts {
    auth: AuthBackend,
    staging: StagingBackend,
}

#[derive(Default)]
pub(crate) struct PartsContext {
    auth: AuthContext,
    staging: StagingContext,
}

impl Parts {
    /// The hardware key only has to be the same at every start of one card.
    pub(crate) fn new() -> Self {
        let hardware_key = Bytes::from(b"independent test card");
        Self {
            auth: AuthBackend::with_hw_key(Location::Internal, hardware_key, FilesystemLayout::V0),
            staging: StagingBackend::new(),
        }
    }
}

impl ExtensionDispatch for Parts {
    type BackendId = Part;
    type Context = PartsContext;
    type ExtensionId = Extension;

    fn core_request<P: Platform>(
        &mut self,
        part: &Part,
        ctx: &mut Context<PartsContext>,
        request: &Request,
        resources: &mut ServiceResources<P>,
    ) -> Result<Reply, Error> {
        match part {
            Part::Auth => self.auth.request(&mut ctx.core, &mut ctx.backends.auth, request, resources),
            Part::Staging => self.staging.request(&mut ctx.core, &mut ctx.backends.staging, request, resources),
            Part::Rsa => SoftwareRsa.request(&mut ctx.core, &mut (), request, resources),
        }
    }

    fn extension_request<P: Platform>(
        &mut self,
        part: &Part,
        extension: &Extension,
        ctx: &mut Context<PartsContext>,
        request: &request::SerdeExtension,
        resources: &mut ServiceResources<P>,
    ) -> Result<reply::SerdeExtension, Error> {
        let (core, backends) = (&mut ctx.core, &mut ctx.backends);
        match (part, extension) {
            (Part::Auth, Extension::Auth) => {
                self.auth.extension_request_serialized(core, &mut backends.auth, request, resources)
            }
            (Part::Staging, Extension::Chunked) => ExtensionImpl::<ChunkedExtension>::extension_request_serialized(
                &mut self.staging,
                core,
                &mut backends.staging,
                request,
                resources,
            ),
            (Part::Staging, Extension::Hpke) => ExtensionImpl::<HpkeExtension>::extension_request_serialized(
                &mut self.staging,
                core,
                &mut backends.staging,
                request,
                resources,
            ),
            (Part::Staging, Extension::WrapKeyToFile) => {
                ExtensionImpl::<WrapKeyToFileExtension>::extension_request_serialized(
                    &mut self.staging,
                    core,
                    &mut backends.staging,
                    request,
                    resources,
                )
            }
            _ => Err(Error::RequestNotAvailable),
        }
    }
}

impl ExtensionId<AuthExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Auth;
}

impl ExtensionId<ChunkedExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Chunked;
}

impl ExtensionId<HpkeExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::Hpke;
}

impl ExtensionId<WrapKeyToFileExtension> for Parts {
    type Id = Extension;
    const ID: Extension = Extension::WrapKeyToFile;
}
