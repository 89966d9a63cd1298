import type { Readable, Writable } from 'node:stream'
import { parseArgs } from 'node:util'
import { ConfigError, type Environment, findConfigFile, loadConfig } from '@heliograph/config'
import { adminContract, instanceContract, RpcClients, RpcError, type RpcTls } from '@heliograph/rpc'
import type { Command, CommandContext, CommandOptions } from './command.ts'
import { findCommand, usage } from './commands.ts'
import { exitCodes, Failure } from './failure.ts'
import type { Output } from './output.ts'
import { readLine } from './read-line.ts'

/** Where a command runs; `process` itself fits. */
export interface Surroundings {
  readonly env: Environment
  readonly stdin: Readable & { isTTY?: boolean }
  readonly stdout: Writable
  readonly stderr: Writable
  /** Ends a command that goes on by itself; without it the end of the process does. */
  readonly signal?: AbortSignal
}

/** Runs one command line and gives the exit code; it doesn't throw for what a person can get wrong. */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const { values, positionals } = parse(args)
    if (values.help || positionals.length === 0) {
      surroundings.stdout.write(usage())
      return values.help ? exitCodes.done : exitCodes.misused
    }
    const found = findCommand(positionals)
    if (found === undefined) throw new Failure('misused', `there is no command ${positionals.join(' ')}: see --help`)
    checkParameters(found.command, found.parameters)
    const output = await perform(found.command, found.parameters, values, surroundings)
    surroundings.stdout.write(`${values.json ? JSON.stringify(output.data, null, 2) : output.text}\n`)
    return exitCodes.done
  } catch (error) {
    const failure = asFailure(error)
    surroundings.stderr.write(`heliographctl: ${failure.message}\n`)
    return exitCodes[failure.kind]
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const options = {
    address: text,
    config: text,
    timeout: text,
    domain: text,
    reason: text,
    inviter: text,
    days: text,
    'password-file': text,
    force: flag,
    bodies: flag,
    json: flag,
    help: flag,
  }
  return parseArgs({ args: [...args], options, allowPositionals: true })
}

function checkParameters({ name, parameters }: Command, given: readonly string[]): void {
  const needed = parameters.filter((parameter) => !parameter.startsWith('[')).length
  if (given.length < needed || given.length > parameters.length) {
    throw new Failure('misused', `usage: heliographctl ${[name, ...parameters].join(' ')}`)
  }
}

const NEVER = new AbortController().signal

async function perform(
  command: Command,
  parameters: readonly string[],
  values: CommandOptions & {
    json?: boolean | undefined
    address?: string | undefined
    config?: string | undefined
    timeout?: string | undefined
  },
  { env, stdin, stdout, stderr, signal = NEVER }: Surroundings,
): Promise<Output> {
  const timeoutMs = Number(values.timeout ?? 10) * 1_000
  if (!(timeoutMs > 0)) throw new Failure('misused', '--timeout must be a number of seconds')
  const { address, tls } = target(values.address, values.config, env)
  using clients = new RpcClients(tls, timeoutMs)
  const context: CommandContext = {
    admin: clients.at(adminContract, address),
    instance: clients.at(instanceContract, address),
    at: (contract, other) => clients.at(contract, other),
    options: values,
    trace: (request) => clients.stream(adminContract, address, { method: 'Trace', request, signal }),
    print: ({ data, text }) => stdout.write(`${values.json ? JSON.stringify(data) : text}\n`),
    readLine: (prompt) => readLine(stdin, stderr, prompt),
  }
  return await command.run(context, parameters)
}

function target(
  given: string | undefined,
  file: string | undefined,
  env: Environment,
): { address: string; tls: RpcTls | undefined } {
  const { listen, tls } = loadConfig({ file: findConfigFile(file, env), env })
  const named = given ?? env.HELIOGRAPHCTL_ADDRESS
  if (named !== undefined) return { address: named, tls: tls.rpcMutual }
  if (listen.rpc === false) throw new Failure('misused', 'listen.rpc is off in the configuration: give --address')
  const host = listen.rpc.host === '0.0.0.0' ? '127.0.0.1' : listen.rpc.host === '::' ? '::1' : listen.rpc.host
  return { address: `${host.includes(':') ? `[${host}]` : host}:${listen.rpc.port}`, tls: tls.rpcMutual }
}

const elsewhere = 'is it running? --address names another'

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof ConfigError) return new Failure('misused', error.message)
  if (error instanceof RpcError) {
    const away = error.code === 'UNAVAILABLE' || error.code === 'DEADLINE_EXCEEDED'
    const lost = /Last error: (?:Error: )?(.+?)\. Resolution note/.exec(error.message)?.[1]
    const message =
      lost === undefined ? `${error.message} (${error.code})` : `no server answers (${lost}): ${elsewhere}`
    return new Failure(away ? 'unreachable' : 'refused', message, { cause: error })
  }
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    return new Failure('misused', error.message)
  }
  throw error
}
