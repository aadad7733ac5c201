-- Macros that the billing formats and the staging engine use. Grain: one value in, one value out;
-- NULL in, NULL out. Times are UTC TIMESTAMPs; costs DECIMAL(38,24); quantities DECIMAL(38,18).

-- How many digits the text of a number has after the decimal point, its exponent applied: '1.5e-7' -> 8.
CREATE OR REPLACE TEMP MACRO decimals_of(t) AS
    greatest(0, length(split_part(split_part(lower(t), 'e', 1), '.', 2))
        - coalesce(try_cast(nullif(split_part(lower(t), 'e', 2), '') AS INTEGER), 0));

-- Whether the text may have more than `scale` decimals; cheap, so that the exact path stays rare.
CREATE OR REPLACE TEMP MACRO maybe_long(t, scale) AS
    length(t) > scale + 1 OR contains(t, 'e') OR contains(t, 'E');

-- The digits of the text of a number without sign, point and exponent: '-1.50e3' -> '150'.
CREATE OR REPLACE TEMP MACRO digits_of(t) AS
    replace(ltrim(split_part(lower(trim(t)), 'e', 1), '+-'), '.', '');

-- The digits from the last one kept on, when the last `dropped` of them go: ('12345', 2) -> '345'.
CREATE OR REPLACE TEMP MACRO cut_of(digits, dropped) AS
    right(lpad(digits, CAST(greatest(length(digits), dropped + 1) AS INTEGER), '0'), dropped + 1);

-- Whether dropping them is a tie whose last kept digit is even: '25' dropped 1 -> true, '35' -> false.
CREATE OR REPLACE TEMP MACRO even_tie(cut) AS
    rtrim(substr(cut, 2), '0') = '5' AND left(cut, 1) IN ('0', '2', '4', '6', '8');

-- Exact cost or quantity of a plain or exponent number's text; beyond the scale rounded half to even
-- (the cast rounds half away from zero, so an even tie is taken back by one unit).
CREATE OR REPLACE TEMP MACRO to_cost(t) AS
    CASE WHEN maybe_long(t, 24) AND decimals_of(t) > 24 THEN
        TRY_CAST(t AS DECIMAL(38,24)) - CASE
            WHEN even_tie(cut_of(digits_of(t), decimals_of(t) - 24))
            THEN CASE WHEN starts_with(trim(t), '-') THEN -0.000000000000000000000001
                      ELSE 0.000000000000000000000001 END::DECIMAL(38,24)
            ELSE 0::DECIMAL(38,24) END
    ELSE TRY_CAST(t AS DECIMAL(38,24)) END;
CREATE OR REPLACE TEMP MACRO to_quantity(t) AS
    CASE WHEN maybe_long(t, 18) AND decimals_of(t) > 18 THEN
        TRY_CAST(t AS DECIMAL(38,18)) - CASE
            WHEN even_tie(cut_of(digits_of(t), decimals_of(t) - 18))
            THEN CASE WHEN starts_with(trim(t), '-') THEN -0.000000000000000001
                      ELSE 0.000000000000000001 END::DECIMAL(38,18)
            ELSE 0::DECIMAL(38,18) END
    ELSE TRY_CAST(t AS DECIMAL(38,18)) END;

-- Whether a cost's text has more decimals than the lake keeps.
CREATE OR REPLACE TEMP MACRO rounded_cost(t) AS
    coalesce(maybe_long(t, 24) AND decimals_of(t) > 24, false);

-- A formatted number as plain text, NULL where it is not one: '$1,234.50 ', '(1,234.50)', '1,234'.
CREATE OR REPLACE TEMP MACRO plain_grouped(t) AS
    CASE WHEN regexp_full_match(t, '\s*[-+(]?\s*[-+]?\s*[\p{Sc}]?\s*[-+]?(\d+|\d{1,3}(,\d{2,3})*,\d{3})?(\.\d*)?([eE][-+]?\d+)?\s*[\p{Sc}]?\s*[)]?\s*')
         THEN CASE WHEN contains(t, '(') THEN '-' ELSE '' END || regexp_replace(t, '[^0-9.eE+-]', '', 'g') END;
-- The same where the comma is the decimal point: '1.234,50 €'.
CREATE OR REPLACE TEMP MACRO plain_comma(t) AS
    CASE WHEN regexp_full_match(t, '\s*[-+(]?\s*[-+]?\s*[\p{Sc}]?\s*[-+]?(\d+|\d{1,3}([. ]\d{3})+)?(,\d*)?([eE][-+]?\d+)?\s*[\p{Sc}]?\s*[)]?\s*')
         THEN CASE WHEN contains(t, '(') THEN '-' ELSE '' END
              || replace(regexp_replace(t, '[^0-9,eE+-]', '', 'g'), ',', '.') END;

-- A time a bill can hold, else NULL: what a typing error or a two-digit year yields is not believed.
CREATE OR REPLACE TEMP MACRO believable(ts) AS
    CASE WHEN ts BETWEEN TIMESTAMP '1990-01-01' AND TIMESTAMP '2200-01-01' THEN ts END;

-- ISO 8601 and its cousins, with or without T, Z, offset, zone name; naive times are UTC.
CREATE OR REPLACE TEMP MACRO time_iso(t) AS believable(CAST(TRY_CAST(t AS TIMESTAMPTZ) AS TIMESTAMP));
-- Month first, day first, dotted, compact: '5/1/25', '05/01/2025 13:00', '31/12/2025', '31.12.2025', '20251231'.
CREATE OR REPLACE TEMP MACRO time_mdy(t) AS believable(try_strptime(trim(t), [
    '%m/%d/%y', '%m/%d/%Y', '%m/%d/%Y %H:%M', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %I:%M %p',
    '%m/%d/%y %H:%M', '%m/%d/%y %H:%M:%S', '%m-%d-%Y', '%m-%d-%Y %H:%M:%S']));
CREATE OR REPLACE TEMP MACRO time_dmy(t) AS believable(try_strptime(trim(t), [
    '%d/%m/%y', '%d/%m/%Y', '%d/%m/%Y %H:%M', '%d/%m/%Y %H:%M:%S', '%d/%m/%Y %I:%M:%S %p', '%d/%m/%Y %I:%M %p',
    '%d/%m/%y %H:%M', '%d/%m/%y %H:%M:%S', '%d-%m-%Y', '%d-%m-%Y %H:%M:%S']));
CREATE OR REPLACE TEMP MACRO time_dotted(t) AS believable(try_strptime(trim(t), [
    '%d.%m.%y', '%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S']));
CREATE OR REPLACE TEMP MACRO time_compact(t) AS believable(try_strptime(trim(t), ['%Y%m%d']));

-- Quantity x unit price as a cost. Both count with 12 decimals, the most that an exact product leaves
-- room for; NULL beyond 10^14.
CREATE OR REPLACE TEMP MACRO cost_of(quantity, price) AS
    TRY(CAST(quantity AS DECIMAL(38,12)) * CAST(price AS DECIMAL(38,12)));

-- First moment of the calendar month, and of the next one.
CREATE OR REPLACE TEMP MACRO month_start(ts) AS CAST(date_trunc('month', ts) AS TIMESTAMP);
CREATE OR REPLACE TEMP MACRO next_month(ts) AS CAST(date_trunc('month', ts) + INTERVAL 1 MONTH AS TIMESTAMP);

-- Python's spelling of a literal as JSON: [{'key': 'a', 'value': None}] -> [{"key": "a", "value": null}].
CREATE OR REPLACE TEMP MACRO python_to_json(t) AS
    regexp_replace(regexp_replace(regexp_replace(
        replace(replace(replace(t, '"', '\"'), '\''', chr(1)), '''', '"'),
        '\bNone\b', 'null', 'g'), '\bTrue\b', 'true', 'g'), '\bFalse\b', 'false', 'g').replace(chr(1), '''');

-- JSON from its text or from Python's spelling; NULL where it is neither.
CREATE OR REPLACE TEMP MACRO to_json_value(t) AS
    coalesce(TRY_CAST(t AS JSON), CASE WHEN contains(t, '''') THEN TRY_CAST(python_to_json(t) AS JSON) END);

-- Entries as a map without NULL values; of a repeated key the last value holds.
CREATE OR REPLACE TEMP MACRO entries_to_map(entries) AS
    coalesce(
        TRY(map_from_entries(list_filter(entries, lambda e: e.k IS NOT NULL AND e.v IS NOT NULL))),
        map_from_entries(list_filter(list_reverse(entries), lambda e, i:
            e.k IS NOT NULL AND e.v IS NOT NULL
            AND i = list_position(list_transform(list_reverse(entries), lambda o: o.k), e.k))));

-- A map from JSON: an object, or a list of {key, value}; NULL where it is neither.
CREATE OR REPLACE TEMP MACRO json_to_map(j) AS
    CASE json_type(j)
        WHEN 'OBJECT' THEN entries_to_map(list_transform(json_keys(j),
            lambda k: {'k': k, 'v': json_extract_string(j, '/' || replace(replace(k, '~', '~0'), '/', '~1'))}))
        WHEN 'ARRAY' THEN entries_to_map(list_transform(TRY_CAST(j AS STRUCT("key" VARCHAR, "value" VARCHAR)[]),
            lambda e: {'k': e."key", 'v': e."value"}))
    END;

-- Tags as they come: a JSON object, one without its braces, or a list of {key, value} in JSON or Python.
CREATE OR REPLACE TEMP MACRO to_map(t) AS
    CASE WHEN trim(t) IN ('""', 'null', 'None') THEN MAP {}::MAP(VARCHAR, VARCHAR)
         WHEN starts_with(ltrim(t), '"') THEN coalesce(
            TRY_CAST(TRY_CAST('{' || t || '}' AS JSON) AS MAP(VARCHAR, VARCHAR)),
            json_to_map(TRY_CAST('{' || t || '}' AS JSON)))
         WHEN starts_with(ltrim(t), '{') THEN coalesce(
            TRY_CAST(TRY_CAST(t AS JSON) AS MAP(VARCHAR, VARCHAR)), json_to_map(to_json_value(t)))
         ELSE json_to_map(to_json_value(t)) END;
