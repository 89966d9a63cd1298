/** What the server says about itself: operations, as its OpenAPI document has them. */

/**
 * @typedef {{ name: string, in: 'path' | 'query' | 'body', type: string, secret: boolean, about: string }} Field
 * @typedef {{ id: string, tag: string, method: string, path: string, about: string, fields: Field[], rows: string | undefined }} Operation
 * `rows`: the property of the reply that is a list of objects, for an operation that lists.
 */

/** A call that was refused or failed (RFC 9457). */
export class Refused extends Error {
  /** @param {number} status @param {{ title?: string, detail?: string, condition?: string }} problem */
  constructor(status, { title, detail, condition }) {
    super([detail ?? title ?? `status ${status}`, condition && `(${condition})`].filter(Boolean).join(' '))
    this.status = status
  }
}

/** @returns {Promise<{ version: string, operations: Operation[] }>} */
export async function describe() {
  const response = await fetch('../v1/openapi.json')
  if (!response.ok) throw new Refused(response.status, {})
  const { info, paths } = await response.json()
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(path, method.toUpperCase(), operation)),
  )
  return { version: info.version, operations }
}

/**
 * Calls an operation; fields without a value are left out.
 * @param {Operation} operation @param {Record<string, unknown>} values @param {string} token
 * @throws {Refused}
 */
export async function call({ method, path, fields }, values, token) {
  const given = fields.filter(({ name }) => values[name] !== undefined && values[name] !== '')
  const of = (where) => given.filter((field) => field.in === where).map(({ name }) => [name, values[name]])
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(values[name] ?? '')))
  const query = new URLSearchParams(of('query').map(([name, value]) => [name, String(value)]))
  const hasBody = fields.some((field) => field.in === 'body')
  const response = await fetch(`..${filled}${query.size > 0 ? `?${query}` : ''}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: JSON.stringify(Object.fromEntries(of('body'))) }),
  })
  const reply = await response.json().catch(() => ({}))
  if (!response.ok) throw new Refused(response.status, reply)
  return reply
}

/** @returns {Operation} */
function operationOf(path, method, { operationId, tags, description, parameters = [], requestBody, responses }) {
  const body = requestBody?.content['application/json'].schema.properties ?? {}
  const reply = responses[200].content['application/json'].schema.properties
  const isInPath = parameters.some((parameter) => parameter.in === 'path')
  return {
    id: operationId,
    tag: tags[0],
    method,
    path,
    about: description.split('\n\n')[0].startsWith('Scope:') ? '' : description.split('\n\n')[0],
    fields: [
      ...parameters.map((parameter) => fieldOf(parameter.name, parameter.in, parameter.schema, parameter.description)),
      ...Object.entries(body).map(([name, schema]) => fieldOf(name, 'body', schema, schema.description)),
    ],
    rows:
      method === 'GET' && !isInPath
        ? Object.keys(reply).find((name) => reply[name].items?.$ref !== undefined)
        : undefined,
  }
}

/** @returns {Field} */
function fieldOf(name, where, { type, format }, about = '') {
  return { name, in: where, type, secret: format === 'password', about }
}
