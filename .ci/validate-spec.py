"""Holds every file of the spec against spec/schema.json, by a validator that is not ours."""

import glob
import json
import sys

import jsonschema
import yaml


def with_text_keys(value):
    # JSON has no other keys, and YAML reads a status as a number.
    if isinstance(value, dict):
        return {str(key): with_text_keys(item) for key, item in value.items()}
    return [with_text_keys(item) for item in value] if isinstance(value, list) else value


with open("spec/schema.json", encoding="utf-8") as file:
    validator = jsonschema.Draft202012Validator(json.load(file))
mistakes = []
paths = sorted(glob.glob("spec/*.yaml") + glob.glob("spec/*/*.yaml"))
for path in paths:
    with open(path, encoding="utf-8") as file:
        spec = with_text_keys(yaml.safe_load(file))
    for error in validator.iter_errors(spec):
        mistakes.append(f"{path}: {'/'.join(map(str, error.path))}: {error.message[:200]}")
print("\n".join(mistakes) or f"{len(paths)} files agree with spec/schema.json")
sys.exit(bool(mistakes) or not paths)
