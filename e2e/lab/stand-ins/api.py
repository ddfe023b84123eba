"""A small HTTP server: a table of routes, JSON or text out, an optional key in front of some paths."""
import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Reply:
    def __init__(self, body, status=200, content_type=None):
        self.status = status
        self.content_type = content_type or ("text/plain; charset=utf-8" if isinstance(body, str) else "application/json")
        self.body = body.encode() if isinstance(body, str) else json.dumps(body).encode()


def serve(host, port, routes, server, refuse=lambda method, path, headers: None):
    """`routes`: {(method, path): function(request body) -> Reply}. `refuse` may answer first, as a key check does."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def version_string(self):
            return server

        def log_message(self, *_):
            pass

        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(min(length, 1 << 20))
            path = self.path.split("?", 1)[0]
            method = "GET" if self.command == "HEAD" else self.command
            reply = refuse(method, path, self.headers)
            if reply is None and (method, path) in routes:
                reply = routes[method, path](body)
            if reply is None:
                known = any(path == other for _, other in routes)
                reply = Reply("405 method not allowed", 405) if known else Reply("404 page not found", 404)
            self.send_response(reply.status)
            if server == "":
                self._headers_buffer = [line for line in self._headers_buffer if not line.startswith(b"Server:")]
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = answer

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        daemon_threads = True

        def server_bind(self):  # the one of http.server asks DNS for our name
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind(self.server_address)
            self.server_name, self.server_port = host, port

    Server((host, port), Handler).serve_forever()
