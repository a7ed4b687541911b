//! A neural network in ONNX, run by `rten` in this thread and on a small pool of its own.

use std::{borrow::Cow, sync::Arc};

use rten::{Model, ModelOptions, RunOptions, ThreadPool, Value};
use rten_tensor::{Layout as _, Tensor};

use crate::{
    domain::file::ExtractionFault,
    extract::error::{ExtractError, ExtractResult},
};

/// A network that takes pictures: their number, channels, height and width.
pub(super) struct Network {
    model: Model,
    options: RunOptions,
}

/// Numbers and the shape they stand in.
pub(super) struct NetworkOutput {
    pub(super) numbers: Vec<f32>,
    pub(super) shape: Vec<usize>,
}

impl Network {
    /// Loads a network. It runs on the threads given: the pool that `rten` makes by itself asks `/proc` how many there are,
    /// which a locked child may not.
    pub(super) fn load(bytes: Cow<'static, [u8]>, threads: &Arc<ThreadPool>) -> ExtractResult<Self> {
        let options = ModelOptions::with_all_ops();
        let model = match bytes {
            Cow::Borrowed(bytes) => options.load_static_slice(bytes),
            Cow::Owned(bytes) => options.load(bytes),
        };
        Ok(Self {
            model: model.map_err(broken)?,
            options: RunOptions::default().with_thread_pool(Some(Arc::clone(threads))),
        })
    }

    /// What its maker wrote into it under a name.
    pub(super) fn note(&self, name: &str) -> Option<&str> {
        self.model.metadata().get(name)
    }

    /// Asks it.
    pub(super) fn ask(&self, shape: [usize; 4], numbers: Vec<f32>) -> ExtractResult<NetworkOutput> {
        let asked = Value::from(Tensor::from_data(&shape[..], numbers));
        let answer = self.model.run_one((&asked).into(), Some(self.options.clone()));
        let answer: Tensor<f32> = answer.map_err(broken)?.try_into().map_err(broken)?;
        Ok(NetworkOutput {
            shape: answer.shape().to_vec(),
            numbers: answer.into_data(),
        })
    }
}

/// A network that does not work is no fault of the file.
pub(super) fn broken(error: impl ToString) -> ExtractError {
    ExtractError::Fault(ExtractionFault::ReaderCrashed, error.to_string())
}
