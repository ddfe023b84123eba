import { expect, test } from 'vitest'
import { frontNamed, frontOfImage } from './front-programs.ts'

test.each([
  ['docker.io/library/traefik:v3.1', 'Traefik'],
  ['registry:5000/jc21/nginx-proxy-manager:2', 'nginx'],
  ['registry.k8s.io/ingress-nginx/controller:v1.11@sha256:00', 'nginx'],
  ['apache/apisix:3.9.0-debian', 'APISIX'],
  ['ghcr.io/goauthentik/proxy:2024.8', 'authentik'],
  ['cloudflare/cloudflared', 'cloudflared'],
  ['alpine/socat', 'socat'],
  ['rancher/mirrored-library-traefik:2.11.10', 'Traefik'],
  ['harbor.corp/hub/rancher/mirrored-envoyproxy-envoy@sha256:00', 'Envoy'],
  ['haproxytech/kubernetes-ingress:3.1', 'HAProxy'],
  ['higress-registry.cn-hangzhou.cr.aliyuncs.com/higress/gateway:2.1', 'Envoy'],
  ['zoeyvid/npmplus', 'nginx'],
  ['bunkerity/bunkerweb-all-in-one:1.6', 'nginx'],
  ['chaitin/safeline-tengine:9', 'Tengine'],
  ['dunglas/frankenphp:1-php8.4', 'Caddy'],
  ['lucaslorentz/caddy-docker-proxy:ci-alpine', 'Caddy'],
  ['quay.io/gogatekeeper/gatekeeper:3', 'Gatekeeper'],
  ['openpolicyagent/gatekeeper:v3.18', undefined],
  ['oryd/oathkeeper:v0.40', 'Oathkeeper'],
  ['fosrl/newt', 'Pangolin'],
  ['maximhq/bifrost:latest', 'Bifrost'],
  ['portkeyai/gateway', 'Portkey'],
  ['calciumion/new-api', 'One API'],
  ['ghcr.io/thushan/olla:v0.0.20', 'Olla'],
  ['cr.agentgateway.dev/agentgateway:0.7', 'agentgateway'],
  ['rancher/mirrored-metrics-server:v0.7', undefined],
  ['hashicorp/consul', undefined],
  ['nginx/nginx-prometheus-exporter:1.3', undefined],
  ['unit-tests:latest', undefined],
  ['registry:5000/postgres', undefined],
])('image %s as a front', (image, expected) => {
  expect(frontOfImage(image)).toBe(expected)
})

test.each([
  ['nginx-debug', 'nginx'],
  ['frankenphp', 'Caddy'],
  ['caddy-custom', 'Caddy'],
  ['keycloak-gateke', 'Gatekeeper'],
  ['bifrost-http', 'Bifrost'],
  ['sslh-ev', 'sslh'],
  ['nginx', undefined],
  ['ollama', undefined],
  ['new-apiary', undefined],
])('process %s as a front', (name, expected) => {
  expect(frontNamed(name)).toBe(expected)
})
