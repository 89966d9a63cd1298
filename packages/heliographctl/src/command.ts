import type { Admin, Contract, Instance, RpcClient, TraceEvent, TraceRequest } from '@heliograph/rpc'
import type { Output } from './output.ts'

export interface CommandOptions {
  readonly domain?: string | undefined
  readonly reason?: string | undefined
  readonly inviter?: string | undefined
  readonly days?: string | undefined
  readonly 'password-file'?: string | undefined
  readonly force?: boolean | undefined
  readonly bodies?: boolean | undefined
}

/** What a command works with. */
export interface CommandContext {
  readonly admin: RpcClient<Admin>
  /** The instance at `--address`. */
  readonly instance: RpcClient<Instance>
  at<Service>(contract: Contract<Service>, address: string): RpcClient<Service>
  readonly options: CommandOptions
  /** What passes of a user, until the surroundings end it. */
  trace(request: TraceRequest): AsyncIterable<TraceEvent>
  /** Writes a line now, for commands that go on. */
  print(output: Output): void
  /** First line of standard input, without echo when it is a terminal. */
  readLine(prompt: string): Promise<string>
}

/** One command: its words, what follows them, and what it does. */
export interface Command {
  /** For example `users create`. */
  readonly name: string
  /** For example `JID`; `[…]` may be left out. */
  readonly parameters: readonly string[]
  readonly help: string
  run(context: CommandContext, parameters: readonly string[]): Promise<Output>
}
