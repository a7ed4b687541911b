//! What waits for whoever asks.

use actix_web::web;

use crate::actor::Actor;
use crate::http::problem::Problem;
use crate::library::Library;
use crate::library::paging::Page;
use crate::library::todos::Todo;

/// What waits for whoever asks 待办: reviews, what was sent back to them, training that they take part in today, and so on;
/// first what others wait for. Kinds of which nothing waits are left out.
#[utoipa::path(get, path = "/api/v1/me/todos", tag = "people", responses((status = 200, body = Page<Todo>)))]
pub async fn list(library: web::Data<Library>, actor: Actor) -> Result<web::Json<Page<Todo>>, Problem> {
    Ok(web::Json(Page::only(library.todos.todos(&actor).await?)))
}
