"""Uses the local iconik with a client that is not ours: nsa-pythonik, from PyPI.

Usage: use_pythonik.py http://127.0.0.1:8080
"""

import sys

from pythonik.client import PythonikClient


def main(url):
    client = PythonikClient("any-app-id", "any-token", timeout=10, base_url=url)
    assets, collections, metadata = client.assets(), client.collections(), client.metadata()

    asset = good("create an asset", assets.create({"title": "Dailies", "type": "ASSET"}))
    good("get the asset", assets.get(asset.id))
    changed = good("patch the asset", assets.partial_update_asset(asset.id, {"title": "Rushes"}))
    expect(changed.title, "Rushes")
    listed = good("list assets", assets.list_all())
    expect(ids(listed), [asset.id])

    collection = good("create a collection", collections.create({"title": "Monday"}))
    content = {"object_type": "assets", "object_id": asset.id}
    good("add the asset", collections.add_content(collection.id, content))
    contents = good("list the contents", collections.get_contents(collection.id))
    expect(ids(contents), [asset.id])
    good("get the collection", collections.get(collection.id))

    criteria = {
        "doc_types": ["assets"],
        "query": "rushes",
        "sort": [{"name": "title", "order": "asc"}],
        "filter": {"operator": "AND", "terms": [{"name": "status", "value_in": ["ACTIVE"]}]},
    }
    hits = good("search", client.search().search(criteria))
    expect(ids(hits), [asset.id])

    field = {"name": "scene", "label": "Scene", "field_type": "string"}
    good("create a field", metadata.create_field(field))
    view = good("create a view", metadata.create_view({"name": "Log", "view_fields": [{"name": "scene"}]}))
    missing = metadata.get_asset_metadata(asset.id, view.id)
    expect(missing.response.status_code, 404)
    values = {"metadata_values": {"scene": {"field_values": [{"value": "12A"}]}}}
    good("set metadata", metadata.update_asset_metadata(asset.id, view.id, values))
    read = good("get metadata", metadata.get_asset_metadata(asset.id, view.id))
    expect(read.metadata_values["scene"].field_values[0].value, "12A")

    good("delete the asset", assets.delete(asset.id))
    expect(assets.get(asset.id).data.status, "DELETED")
    good("purge the asset", assets.permanently_delete())
    good("delete the collection", collections.delete(collection.id))
    print("all is well")


def ids(page):
    """The ids of the items, which some lists have as dictionaries and some as models."""
    return [item["id"] if isinstance(item, dict) else item.id for item in page.objects]


def good(what, result):
    print(f"{what}: {result.response.status_code}")
    if not result.response.ok:
        sys.exit(result.response.text)
    return result.data


def expect(actual, expected):
    if actual != expected:
        sys.exit(f"expected {expected!r}, was {actual!r}")


if __name__ == "__main__":
    main(sys.argv[1])
