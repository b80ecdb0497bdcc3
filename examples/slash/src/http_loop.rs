use mattermost::Result;
use mattermost::integration::{CallbackRequest, CallbackResponse};
use tiny_http::{Header, Response, Server};

pub fn serve<F>(server: &Server, respond: F)
where
    F: Fn(&str, CallbackRequest) -> Result<CallbackResponse>,
{
    for mut request in server.incoming_requests() {
        let all = request.headers().to_vec();
        let headers = all.iter().map(|h| (h.field.as_str().as_str(), h.value.as_str()));
        let callback = CallbackRequest::read(headers, request.as_reader());
        let respond = |callback| respond(request.url(), callback);
        let result = callback.and_then(respond);
        let CallbackResponse { status, content_type, body, .. } = result.into();
        let header = Header::from_bytes("Content-Type", content_type);
        let header = header.expect("a valid header");
        let response = Response::from_data(body).with_status_code(status);
        // Fails if the connection was closed. The next request is not affected.
        let _ = request.respond(response.with_header(header));
    }
}
