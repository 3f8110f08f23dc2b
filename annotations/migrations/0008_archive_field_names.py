from django.db import migrations


class Migration(migrations.Migration):
    """Give the fields of archives the names that the zip format uses: members, and metadata of all images."""

    dependencies = [("annotations", "0007_gallery_and_archives")]

    operations = [
        migrations.RenameField("archive", "said", "metadata"),
        migrations.RenameField("archive", "entries", "members_total"),
        migrations.RenameField("archive", "entry", "members_done"),
    ]
