-- purpose: the number pages ask for before they ask for anything else
INSERT INTO supervision_revision (name, number) VALUES ('said', 1)
ON CONFLICT (name) DO UPDATE SET number = supervision_revision.number + 1
