import { z } from 'zod'
import { bareJid, domain, path, positive, secret, url } from './values.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'may hold a-z, 0-9 and -')

const subject = (wildcards: boolean) =>
  z
    .string()
    .regex(
      wildcards ? /^[^\s.*>]+(\.[^\s.>]+)*(\.>)?$/ : /^[^\s.*>]+(\.[^\s.*>]+)*$/,
      wildcards ? 'must be a subject of NATS' : 'must be a subject of NATS without wildcards',
    )

const shared = {
  password: secret.min(16).describe('Secret with which requests are signed.').optional(),
  passwordFile: path.optional(),
  passwordVariable: z.string().min(1).describe('Environment variable that holds the secret.').optional(),
}

interface Secrets {
  readonly password?: string | undefined
  readonly passwordFile?: string | undefined
  readonly passwordVariable?: string | undefined
}

/** The loader has read file and variable by the time the schema sees them. */
function withPassword<Given extends Secrets>({ passwordFile: _file, passwordVariable: _variable, ...rest }: Given) {
  return rest
}

const delivery = z
  .strictObject({
    name: name.describe('Names its queue: another name is another queue.'),
    nodes: z
      .array(z.string().regex(/^[^*]+\*?$|^\*$/, 'may have a * at its end only'))
      .min(1)
      .describe('Names of nodes; with `*` at the end all that begin so.'),
    domain: domain.describe('Nodes of this domain only.').optional(),
    url: url('https', 'http')
      .refine((given) => new URL(given).protocol === 'https:' || LOOPBACK.has(new URL(given).hostname), {
        error: 'must be https, but on this machine',
        abort: true,
      })
      .optional(),
    ...shared,
    subject: subject(false).optional(),
    acknowledged: z.boolean().describe('On NATS: taken only once somebody answered.').default(true),
    queue: positive.max(10_000_000).describe('Events that may wait.').default(100_000),
    giveUpHours: positive.max(720).describe('After that what waits is given up.').default(24),
  })
  .refine((given) => (given.url === undefined) !== (given.subject === undefined), {
    path: ['url'],
    error: 'is required, or subject; not both',
  })
  .refine((given) => given.url === undefined || given.password !== undefined, {
    path: ['password'],
    error: 'is required with a url, or a passwordFile or a passwordVariable',
  })
  .transform(withPassword)

const source = z
  .strictObject({
    name: name.describe('By HTTP: the end of the address.'),
    node: z.string().min(1).max(1_000).describe('Node to which it publishes; it is made if it isn’t there.'),
    domain: domain.describe('Domain of the node. Default: the first.').optional(),
    publisher: bareJid.describe('In whose name. Who makes the node owns it.'),
    ...shared,
    subject: subject(true).optional(),
  })
  .refine((given) => (given.password === undefined) !== (given.subject === undefined), {
    path: ['password'],
    error: 'is required, or subject; not both',
  })
  .transform(withPassword)

export const events = z
  .strictObject({
    deliveries: z
      .array(delivery)
      .refine((all) => new Set(all.map((each) => each.name)).size === all.length, { error: 'have the same name twice' })
      .describe(
        'Who is told what happens at nodes of `pubsub.DOMAIN`: an address (`url`), to which it is posted, or a `subject` of NATS.',
      )
      .default([]),
    sources: z
      .array(source)
      .refine((all) => new Set(all.map((each) => each.name)).size === all.length, { error: 'have the same name twice' })
      .describe(
        'Who may publish to nodes: requests to `/events/NAME` signed with a `password`, or messages on a `subject` of NATS.',
      )
      .default([]),
  })
  .describe('Events to and from other systems; see [events](events.md).')
  .prefault({})
