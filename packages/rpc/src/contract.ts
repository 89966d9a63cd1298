import { fileURLToPath } from 'node:url'
import type { ServiceDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

/** The methods of a gRPC service: each takes one message and promises one. */
export type Methods<Service> = {
  readonly [Name in keyof Service]: Service[Name] extends (request: infer Request) => Promise<infer Reply>
    ? { readonly request: Request; readonly reply: Reply }
    : never
}

/** A gRPC service from a `.proto` file, with the type that is written beside it. */
export interface Contract<Service> {
  /** Fully qualified name. */
  readonly name: string
  /** Its `.proto` file, from `proto/`. */
  readonly file: string
  /** Read from the file when it is first needed. */
  definition(): ServiceDefinition
  /** Carries the type only. */
  readonly service?: Service
}

/** The methods of a service that have one reply. */
export function methodsOf(service: ServiceDefinition): [string, ServiceDefinition[string]][] {
  return Object.entries(service).filter(([, { responseStream }]) => !responseStream)
}

/** Where the `.proto` files are. */
export const protoRoot = fileURLToPath(new URL('../../../proto/', import.meta.url))

export function contract<Service>(file: string, name: string): Contract<Service> {
  let loaded: ServiceDefinition | undefined
  return {
    name,
    file,
    definition() {
      loaded ??= load(file, name)
      return loaded
    },
  }
}

function load(file: string, name: string): ServiceDefinition {
  const options = {
    includeDirs: [protoRoot],
    longs: Number,
    enums: String,
    defaults: true,
    objects: true,
    arrays: true,
  }
  const found = loadSync(file, options)[name]
  if (found === undefined || 'format' in found) throw new Error(`${file} has no service ${name}`)
  return found as ServiceDefinition
}
