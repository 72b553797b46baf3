/** How many fields a form has at most, and how many values one field offers at most. */
export const MAX_FIELDS = 30;
export const MAX_FIELD_VALUES = 100;
/** The maximum lengths, in code points, of the names of fields, and of the titles in a form. */
export const MAX_FIELD_NAME_LENGTH = 100;
export const MAX_TITLE_LENGTH = 200;

interface FieldTexts {
  readonly title?: string;
  readonly description?: string;
}

export const TEXT_FORMATS = ['email', 'uri', 'date', 'date-time'] as const;

export type TextFormat = (typeof TEXT_FORMATS)[number];

export interface TextField extends FieldTexts {
  readonly type: 'string';
  /** The lengths are in code points, as in JSON Schema. */
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: TextFormat;
  readonly default?: string;
}

export interface NumberField extends FieldTexts {
  readonly type: 'number' | 'integer';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

export interface BooleanField extends FieldTexts {
  readonly type: 'boolean';
  readonly default?: boolean;
}

export interface TitledValue {
  readonly const: string;
  readonly title: string;
}

/** One of several values. Each has a title in `enumNames`, or none. */
export interface EnumField extends FieldTexts {
  readonly type: 'string';
  readonly enum: readonly string[];
  readonly enumNames?: readonly string[];
  readonly default?: string;
}

/** One of several values with titles. */
export interface TitledSelectField extends FieldTexts {
  readonly type: 'string';
  readonly oneOf: readonly TitledValue[];
  readonly default?: string;
}

export type SelectField = EnumField | TitledSelectField;

/** Some of several values, none of them twice. */
export interface MultiSelectField extends FieldTexts {
  readonly type: 'array';
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items:
    | { readonly type: 'string'; readonly enum: readonly string[] }
    | { readonly anyOf: readonly TitledValue[] };
  readonly default?: readonly string[];
}

export type FormField = TextField | NumberField | BooleanField | SelectField | MultiSelectField;

/** A flat JSON Schema object, as MCP elicitation has it (MCP 2025-11-25, client/elicitation). */
export interface QuestionForm {
  readonly type: 'object';
  readonly title?: string;
  readonly description?: string;
  /** The fields by name, in the order in which a person fills them in. */
  readonly properties: { readonly [name: string]: FormField };
  readonly required?: readonly string[];
}

export type FormValue = string | number | boolean | readonly string[];

/** The values of a filled in form by the name of the field. A field without a value is absent. */
export type FormAnswer = { readonly [name: string]: FormValue };
