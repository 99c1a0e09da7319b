//! Where other files come from: the caller. Only paths as texts, so that it works without a file system.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::json::parse_json;
use crate::node::Node;
use crate::source::SourceFile;
use crate::yaml::parse_yaml;

/// Reads files on behalf of a document that names them. Every `Fn(&str) -> Result<String, String>` is one.
pub trait Files {
    /// The text of the file at this path, which is already relative to where the first document's path is; or why it
    /// cannot be had, in words.
    fn read(&self, path: &str) -> Result<String, String>;
}

impl<F: Fn(&str) -> Result<String, String>> Files for F {
    fn read(&self, path: &str) -> Result<String, String> {
        self(path)
    }
}

/// No files: whoever names one is told so.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<String, String> {
        Err("there are no files here: write the value inline".to_owned())
    }
}

/// Parses a file by its name: JSON when it ends in `.json`, YAML (of which JSON is a part) otherwise.
pub fn parse_file(file: &Arc<SourceFile>) -> Result<Node, Vec<Diagnostic>> {
    if file.name.ends_with(".json") {
        return parse_json(file).map_err(|error| vec![error]);
    }
    parse_yaml(file)
}

/// Reads and parses the file that a text node names; a relative path counts from the folder of the node's own file.
pub fn read_file(node: &Node, files: &dyn Files) -> Result<Node, Vec<Diagnostic>> {
    read_text(node, files).map_err(|error| vec![error]).and_then(|file| parse_file(&file))
}

/// Reads the file that a text node names, whatever is in it; a relative path counts as for [`read_file`].
pub fn read_text(node: &Node, files: &dyn Files) -> Result<Arc<SourceFile>, Diagnostic> {
    let Some(path) = node.as_str() else {
        let message = format!("expected the path of a file, found {}", node.describe());
        return Err(Diagnostic::error("wrong-type", node, message));
    };
    let path = beside(&node.file.name, path);
    match files.read(&path) {
        Ok(text) => Ok(Arc::new(SourceFile::new(path, text))),
        Err(reason) => {
            let message = format!("cannot read `{path}`: {reason}");
            Err(Diagnostic::error("unreadable-file", node, message))
        }
    }
}

fn beside(from: &str, path: &str) -> String {
    let separators = ['/', '\\'];
    let absolute = path.starts_with(separators) || path.get(1..2) == Some(":");
    match from.rfind(separators) {
        Some(end) if !absolute => format!("{}{path}", &from[..=end]),
        Some(_) | None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_path_counts_from_the_folder_of_the_file() {
        for (from, path, found) in [
            ("scenario.yaml", "w.json", "w.json"),
            ("a/b.yaml", "w.json", "a/w.json"),
            ("a\\b.yaml", "w.json", "a\\w.json"),
            ("a/b.yaml", "/w.json", "/w.json"),
            ("a/b.yaml", "C:/w.json", "C:/w.json"),
        ] {
            assert_eq!(beside(from, path), found);
        }
    }
}
