import { MAX_PAGE_BYTES } from '../../../../domain/conversation/message-page.ts';
import { MESSAGE_JSON } from '../rows.ts';

/**
 * Returns SQL that selects, as JSON in order of position, the first messages of `from`: as many as one page
 * may have, as `messagePage` counts them. `octet_length` does not read a long content, only its length. So
 * the contents of the other messages stay on disk. PostgreSQL writes metadata with more spaces than
 * JavaScript, and large numbers with all their digits. They count as it writes them: it sends them so.
 * @param order the columns that `from` is sorted by, to take the first messages.
 */
export const messagePageSql = (from: string, order: string): string =>
  `(select json_agg(${MESSAGE_JSON} order by m.position) from (
    select m.*, row_number() over page as number,
      sum(octet_length(m.content) + coalesce(octet_length(m.metadata::text), 0)) over page as bytes
    from ${from} window page as (order by ${order} rows unbounded preceding)) m
   where m.number = 1 or m.bytes <= ${MAX_PAGE_BYTES})`;
