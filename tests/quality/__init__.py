"""Quality on saved real pages: figures that may not fall, and the pages that are no articles."""
