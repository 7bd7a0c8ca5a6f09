-- purpose: what was opened about a case (supervision orders, rectifications) is found from that case
CREATE INDEX cases_case_about ON cases_case ((fields ->> 'about')) WHERE fields ->> 'about' IS NOT NULL;
