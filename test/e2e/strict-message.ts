/** A message as existing clients parse it: with exactly these five fields. Any other field is an error. */
export class Message {
  readonly id: string;
  readonly content: string;
  readonly sender_type: 'AGENT' | 'USER';
  readonly created_at: Date;
  readonly requires_user_input: boolean;

  constructor(fields: { readonly [name: string]: unknown }) {
    const { id, content, sender_type, created_at, requires_user_input, ...unexpected } = fields;
    const [name] = Object.keys(unexpected);
    if (name !== undefined) throw new TypeError(`got an unexpected keyword argument '${name}'`);
    if (typeof id !== 'string' || typeof content !== 'string') throw new TypeError('id, content');
    if (sender_type !== 'AGENT' && sender_type !== 'USER') throw new TypeError('sender_type');
    if (typeof requires_user_input !== 'boolean') throw new TypeError('requires_user_input');
    if (typeof created_at !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(created_at))
      throw new TypeError('created_at');
    this.id = id;
    this.content = content;
    this.sender_type = sender_type;
    this.created_at = new Date(created_at);
    this.requires_user_input = requires_user_input;
  }
}
