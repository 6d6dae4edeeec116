-- Which host may be signed in to in clear text, in place of whether the present one may.
UPDATE profiles SET document = json_set(document, '$.smtp.allow_plaintext',
    iif(json_extract(document, '$.smtp.allow_plaintext'), json_extract(document, '$.smtp.host'), ''))
WHERE json_type(document, '$.smtp.allow_plaintext') IN ('true', 'false');
