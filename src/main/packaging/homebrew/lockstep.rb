class Lockstep < Formula
  desc "Keeps derived data in step with its source"
  homepage "@URL@"
  url "@URL@/lockstep-@VERSION@.tar.gz"
  sha256 "@TARBALL_SHA256@"
  license "Apache-2.0"

  depends_on "openjdk"

  def install
    man1.install Dir["man/*.1"]
    man5.install Dir["man/*.5"]
    man7.install Dir["man/*.7"]
    bash_completion.install "completions/lockstep.bash" => "lockstep"
    zsh_completion.install "completions/_lockstep"
    fish_completion.install "completions/lockstep.fish"
    libexec.install Dir["*"]
    (bin/"lockstep").write_env_script libexec/"bin/lockstep", Language::Java.overridable_java_home_env
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/lockstep version")
  end
end
