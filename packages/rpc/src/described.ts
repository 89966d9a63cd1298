import protobuf, { type Message, type Method, type Type } from 'protobufjs'
import { type Contract, protoRoot } from './contract.ts'

/** Where a method is found over HTTP; see proto/heliograph/v1/http.proto. */
export interface HttpRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly scope: string
}

/** A method of a contract, with what its file says about it. */
export interface DescribedMethod {
  /** As its client has it: `createUser`. */
  readonly name: string
  readonly comment: string
  readonly route: HttpRoute | undefined
  readonly streams: boolean
  readonly request: DescribedMessage
  readonly reply: DescribedMessage
}

export interface DescribedMessage {
  readonly name: string
  readonly fields: readonly DescribedField[]
}

export interface DescribedField {
  readonly name: string
  readonly comment: string
  /** `string`, `bool`, `uint32` …; undefined for a message. */
  readonly scalar: string | undefined
  readonly message: DescribedMessage | undefined
  readonly form: 'single' | 'list' | 'map'
  /** Between instances only. */
  readonly internal: boolean
}

/** Reads the contract's file once more, with its comments and options. */
export function describeContract({ file, name }: Contract<unknown>): DescribedMethod[] {
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) => `${protoRoot}${target}`
  root.loadSync(file, { alternateCommentMode: true })
  root.resolveAll()
  return root.lookupService(name).methodsArray.map(methodOf)
}

function methodOf(method: Method): DescribedMethod {
  method.resolve()
  const options = method.parsedOptions as Record<string, unknown>[] | undefined
  const route = options?.find((option) => '(http)' in option)?.['(http)']
  return {
    name: `${method.name.charAt(0).toLowerCase()}${method.name.slice(1)}`,
    comment: textOf(method.comment),
    route: route as HttpRoute | undefined,
    streams: method.responseStream === true,
    request: messageOf(method.resolvedRequestType),
    reply: messageOf(method.resolvedResponseType),
  }
}

function messageOf(type: Type | Message | null): DescribedMessage {
  if (!(type instanceof protobuf.Type)) throw new TypeError('not a message')
  const fields = type.fieldsArray.map((field): DescribedField => {
    const message = field.resolvedType instanceof protobuf.Type ? messageOf(field.resolvedType) : undefined
    return {
      name: field.name,
      comment: textOf(field.comment),
      scalar: message === undefined ? field.type : undefined,
      message,
      form: field instanceof protobuf.MapField ? 'map' : field.repeated ? 'list' : 'single',
      internal: field.getOption('(internal)') === true,
    }
  })
  return { name: type.name, fields }
}

/** A comment in one line. */
function textOf(comment: string | null): string {
  return (comment ?? '').replace(/\s*\n\s*/g, ' ').trim()
}
