import { request } from 'node:http'
import { freePort } from '../free-port.ts'
import type { BackingKind, BackingServer } from './server.ts'

interface Image {
  readonly name: string
  readonly port: number
  /** A line of its log that says so, and the how-many-eth it is. */
  readonly ready: readonly [line: RegExp, times: number]
  readonly env: Record<string, string>
  readonly command: string[]
  readonly url: (host: string, port: number) => string
}

const IMAGES: Record<BackingKind, Image> = {
  nats: {
    name: 'nats:2.10-alpine',
    port: 4222,
    ready: [/Server is ready/, 1],
    env: {},
    command: [],
    url: (host, port) => `nats://${host}:${port}`,
  },
  redis: {
    name: 'redis:7-alpine',
    port: 6379,
    ready: [/Ready to accept connections/, 1],
    env: {},
    command: ['redis-server', '--save', '', '--appendonly', 'no'],
    url: (host, port) => `redis://${host}:${port}`,
  },
  postgres: {
    name: 'postgres:17-alpine',
    port: 5432,
    ready: [/ready to accept connections/, 2], // the first one is that of its set-up
    env: { POSTGRES_USER: 'heliograph', POSTGRES_PASSWORD: 'heliograph', POSTGRES_DB: 'heliograph' },
    command: ['postgres', '-c', 'max_connections=200', '-c', 'fsync=off'],
    url: (host, port) => `postgresql://heliograph:heliograph@${host}:${port}/heliograph`,
  },
}

const PROBE_MS = 1_000
const START_MS = 120_000

/** Whether a container engine answers: `DOCKER_HOST`, or the usual socket. */
export function engineAnswers(): Promise<boolean> {
  const host = process.env.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  const { protocol, hostname, port, pathname } = new URL(host)
  const target = protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port: port || 2375 }
  return new Promise((resolve) => {
    const probe = request({ ...target, path: '/_ping', timeout: PROBE_MS }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    probe.once('error', () => resolve(false))
    probe.once('timeout', () => {
      probe.destroy()
      resolve(false)
    })
    probe.end()
  })
}

/** Starts a server in a container, on a host port that stays the same over restarts. */
export async function startContainer(kind: BackingKind): Promise<BackingServer> {
  // Loaded only here: it is large, and most machines that run the tests have no engine.
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers')
  const image = IMAGES[kind]
  const host = await freePort()
  const container = await new GenericContainer(image.name)
    .withExposedPorts({ container: image.port, host })
    .withEnvironment(image.env)
    .withCommand(image.command)
    .withWaitStrategy(Wait.forLogMessage(...image.ready))
    .withStartupTimeout(START_MS)
    .start()
  const runtime = await getContainerRuntimeClient()
  const handle = runtime.container.getById(container.getId())
  return {
    kind,
    origin: `container ${image.name}`,
    url: image.url(container.getHost(), container.getMappedPort(image.port)),
    ours: true,
    stop: async () => void (await handle.stop()),
    kill: async () => void (await handle.kill()),
    start: async () => void (await handle.start()),
    pause: async () => void (await handle.pause()),
    resume: async () => void (await handle.unpause()),
    [Symbol.asyncDispose]: async () => void (await container.stop()),
  }
}
