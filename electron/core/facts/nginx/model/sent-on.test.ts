import { expect, test } from 'vitest'
import { missing, predictor } from './predict.testing.ts'

/** Ways that the nginx 1.22.1 of Debian 12 had to the stub without a login, and that were not in the picture. */
const hidden = 'location ^~ /api/ { internal; proxy_pass @UPSTREAM@; }'
const named = 'location @n { proxy_pass @UPSTREAM@; }'
const ways: readonly (readonly [name: string, body: string, method: string, path: string])[] = [
  ['index with a path of its own', `location / { index none.html /api/pull; } ${hidden}`, 'POST', '/api/pull'],
  ['index of another folder', `location /docs/ { index /api/tags; } ${hidden}`, 'GET', '/api/tags'],
  ['error_page that puts something before the path', `location / { error_page 404 = /api$uri; return 404; } ${hidden}`, 'GET', '/api/tags'],
  ['error_page to one route', `location / { error_page 404 = /api/tags; return 404; } ${hidden}`, 'GET', '/api/tags'],
  ['error_page to what a variable names', `set $to "@n"; location / { error_page 404 = $to; } ${named}`, 'GET', '/api/tags'],
  [
    'error_page to a path of a variable',
    `set $to "/api/tags"; location / { error_page 404 = $to; return 404; } ${hidden}`,
    'GET',
    '/api/tags',
  ],
  ['try_files that puts something before the path', `location / { try_files $uri $uri/ /api$uri?$args; } ${hidden}`, 'GET', '/api/tags'],
  ['a folder that is not there', `error_page 404 = @n; location / { } ${named}`, 'GET', '/'],
  ['a page that includes', `location / { ssi on; default_type text/html; return 200 x; } ${hidden}`, 'GET', '/api/tags'],
  [
    'a refusal of a login that is made a yes',
    `location / { auth_request /a; proxy_pass @UPSTREAM@; } location = /a { internal; proxy_pass http://127.0.0.1:9; proxy_intercept_errors on; error_page 401 =200 /ok; } location = /ok { return 204; }`,
    'POST',
    '/api/pull',
  ],
  [
    'a rewrite of one path that an if lets through',
    'if ($request_uri !~ "^/v1/") { return 403; } rewrite ^ /api/pull break; location / { proxy_pass @UPSTREAM@; }',
    'POST',
    '/api/pull',
  ],
]

test.each(ways)('%s is a way to the model, or not known', (_, body, method, path) => {
  expect(missing(body, [{ method, path, login: false, from: '127.0.0.1' }])).toEqual([])
})

test('an auth_request asks with GET, and $request_method is the method of the client there', () => {
  // A file that is not there is 404 for GET, which the page passes on, and 405 for DELETE.
  const answer = (body: string) => predictor(body)({ method: 'DELETE', path: '/o', login: false, from: '127.0.0.1' }).status
  const asks = (way: string) =>
    `location / { auth_request /a; proxy_pass @UPSTREAM@; } location = /a { internal; ${way} } location @n { return 204; }`
  expect(answer(asks('error_page 404 = @n;'))).toBe(200)
  expect(answer(asks('limit_except GET { deny all; } return 204;'))).toBe(200)
  expect(answer(asks('if ($request_method = DELETE) { return 403; } return 204;'))).toBe(403)
})
